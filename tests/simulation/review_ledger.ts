import type { RecognisedDocument } from "../../runtime/contract/document.ts";
import { decodeDocument } from "../../runtime/engine/review/stored_document.ts";
import type { Database } from "../../runtime/journal/database.ts";
import type { Operation } from "../../runtime/journal/operations.ts";
import type { ReviewChanged, ReviewOutcome, ReviewState } from "../../runtime/journal/review/operations.ts";
import type { Sealing } from "../../runtime/journal/sealing.ts";
import { telling } from "./faxes.ts";
import { type ReviewFact, reviewsIn } from "./journal_facts.ts";
import type { People } from "./scenario.ts";

/** A document in the queue, as far as it was committed. */
interface KnownReview extends ReviewFact {
  /** How often each person's approval was committed. */
  readonly approvals: Map<string, number>;
}

/** What is known of documents that wait, and of what people decided, from what was committed alone. */
export class ReviewLedger {
  readonly #people: People;
  readonly #violated: (what: string) => void;
  readonly #known = new Map<number, KnownReview>();
  /** How often people were told that their approval of a document was taken. */
  readonly #told = new Map<string, number>();

  constructor(people: People, violated: (what: string) => void) {
    [this.#people, this.#violated] = [people, violated];
  }

  stateOf(seq: number): ReviewState | undefined {
    return this.#known.get(seq)?.state;
  }

  /** The journal is open again. */
  opened(database: Database, sealing: Sealing): void {
    const found = new Map(reviewsIn(database, sealing).map((each) => [each.seq, each]));
    for (const { seq, revision, state, approvedBy } of this.#known.values()) {
      const now = found.get(seq);
      if (!now || now.revision < revision) {
        this.#violated(`what people did to document ${seq} was committed, and is gone`);
      } else if (state !== "waiting" && now.revision > revision) {
        this.#violated(`document ${seq} was ${state}, and was changed after that`);
      } else if (now.revision === revision && !isSame([now.state, now.approvedBy], [state, approvedBy])) {
        this.#violated(`document ${seq} is otherwise than it was committed`);
      }
    }
    for (const fact of found.values()) this.#note(fact);
  }

  applied(operation: Operation, result: unknown): void {
    switch (operation.op) {
      case "holdForReview": {
        const { seq } = operation, known = this.#known.get(seq);
        if (known && known.state !== "waiting") {
          this.#violated(`document ${seq} was ${known.state}, and was read anew and held`);
        }
        return this.#note({ seq, state: "waiting", revision: 1, approvedBy: [], document: undefined });
      }
      case "reviewChanged":
        if ((result as ReviewOutcome).kind === "changed") this.#changed(operation);
        return;
      case "process":
        if ((this.stateOf(operation.seq) ?? "approved") !== "approved") {
          this.#violated(`document ${operation.seq} was ${this.stateOf(operation.seq)}, and went on`);
        }
    }
  }

  /** A person is told that an approval was taken. */
  approved(id: string, seq: number, person: string): void {
    const key = `${id} ${person}`, told = (this.#told.get(key) ?? 0) + 1;
    this.#told.set(key, told);
    if (told > (this.#known.get(seq)?.approvals.get(person) ?? 0)) {
      this.#violated(`${person} was told that document ${seq} is approved, and that is not durable`);
    }
  }

  /** A message of one of these documents goes out. */
  sent(controlId: string, seqs: readonly number[], frame: Uint8Array): void {
    const [, told] = /\r(ZFX\|[^\r]*\r)/.exec(new TextDecoder().decode(frame)) ?? [];
    const [, reading = "", , approvedBy = ""] = told?.trim().split("|") ?? [];
    const known = seqs.flatMap((seq) => this.#known.get(seq) ?? []);
    if (approvedBy === "") {
      if (this.#people.readings.isCertain(Number(reading)) && known.length < seqs.length) return;
      return this.#violated(`${controlId} was sent, and nobody has cleared it`);
    }
    if (
      !known.some(({ state, document }) => state === "approved" && document && telling(document) === told)
    ) {
      this.#violated(`${controlId} was sent otherwise than people approved it`);
    }
  }

  #changed(change: ReviewChanged): void {
    const { seq, act, approvedBy = [], isDecided = false, by: { person } } = change;
    const known = this.#known.get(seq);
    if (!known) return this.#violated(`document ${seq} was changed, and never held`);
    if (known.state !== "waiting" || known.revision !== change.revision) {
      this.#violated(`document ${seq} was changed, and was not as it was seen`);
    }
    if (act.did === "approved") known.approvals.set(person, (known.approvals.get(person) ?? 0) + 1);
    const state = act.did === "rejected" ? "rejected" : isDecided ? "approved" : "waiting";
    const document = change.document && decodeDocument(change.document);
    this.#note({ seq, state, revision: change.revision + 1, approvedBy, document });
  }

  #note(fact: ReviewFact): void {
    const { seq, state, approvedBy, document } = fact;
    const approvals = this.#known.get(seq)?.approvals ?? new Map<string, number>();
    this.#known.set(seq, { ...fact, approvals });
    if (state !== "approved") return;
    if (new Set(approvedBy).size < this.#people.approvals || !isSame(approvedBy, approversOf(document))) {
      this.#violated(`document ${seq} went on with the approval of ${approvedBy.join(" and ")} alone`);
    }
  }
}

function approversOf(document: RecognisedDocument | undefined): readonly string[] | undefined {
  return document?.clearance?.approvedBy;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
