import type { Row } from "./database.ts";
import type { Names } from "./names.ts";
import type { Append, Appended, Numbered, Resemblance } from "./operations.ts";
import type { JoinedPieces, JoinPieces } from "./pieces.ts";
import type { Trouble } from "./records.ts";
import { ANSWERED, MESSAGE } from "./schema.ts";
import { insertBody, type Writes } from "./writes.ts";

/** What comes in: a new message, or one that is here already. */
export class Appends {
  readonly #sql: Writes;
  readonly #names: Names;

  constructor(sql: Writes, names: Names) {
    this.#sql = sql;
    this.#names = names;
  }

  append(append: Append): Appended {
    const channel = this.#names.idOf(append.channel);
    const appended = append.numbered?.repeats
      ? this.#appendRepeated(append, channel, append.numbered.repeats)
      : this.#appendNew(append, channel);
    if (append.numbered) this.#count(append.numbered, channel, appended);
    return appended;
  }

  #appendNew(append: Append, channel: number): Appended {
    const identity = identityOf(append);
    const earlier = identity === null ? [] : this.#sql.sameIdentity.all(channel, identity);
    const same = earlier.find((row) => sameBytes(row.bytes as Uint8Array, append.body));
    if (earlier.length > 0 && !same && append.sameness?.conflict) {
      return { kind: "conflicting", seq: this.#insert(append, channel, null, append.sameness.conflict) };
    }
    const repeated = same && this.#repetition(append, channel, same);
    if (repeated) return repeated;
    const seq = this.#insert(append, channel, identity, append.trouble);
    const resembles = resemblanceOf(earlier.length, same);
    if (!resembles) return { kind: "appended", seq };
    this.#sql.insertHistory.run(seq, append.receivedAtMs, RESEMBLANCES[resembles], null, null);
    return { kind: "appended", seq, resembles };
  }

  /** Pieces become one message, if all of them wait. */
  join({ op: _op, pieces, ...whole }: JoinPieces): JoinedPieces {
    const waits = (seq: number) => Number(this.#sql.messageBySeq.get(seq)?.state) === MESSAGE.gathering;
    if (!pieces.every(waits)) return null;
    const seq = this.#insert({ op: "append", ...whole }, this.#names.idOf(whole.channel), null, undefined);
    for (const piece of pieces) this.#sql.joinPiece.run(seq, piece);
    const event = `joined from ${pieces.length} pieces`;
    this.#sql.insertHistory.run(seq, whole.receivedAtMs, event, null, null);
    return { seq };
  }

  /** It has the last number again. */
  #appendRepeated(append: Append, channel: number, conflict: Trouble): Appended {
    const earlier = this.#sql.lastNumbered.get(channel, append.numbered!.sender);
    const isRefused = earlier && Number(earlier.answered) === ANSWERED.negatively;
    if (isRefused) return this.#appendNew(append, channel);
    if (earlier && String(earlier.control_id) === append.controlId) return this.#joined(earlier);
    return { kind: "misnumbered", seq: this.#insert(append, channel, null, conflict) };
  }

  /** What was taken has the last number now; a repetition leaves it where it is. */
  #count({ sender, last, repeats }: Numbered, channel: number, { kind, seq }: Appended): void {
    if (repeats && kind !== "appended") return;
    this.#sql.setNumber.run(channel, sender, last, last === null ? null : seq);
  }

  /** Same message again: pending is joined, a positive answer is given again, a negative one starts anew. */
  #repetition(append: Append, channel: number, earlier: Row): Appended | undefined {
    if (Number(earlier.answered) === ANSWERED.negatively) return undefined;
    if (append.sameness!.kind === "exact" && Number(earlier.answered) === ANSWERED.positively) {
      const seq = Number(earlier.seq);
      const recent = append.receivedAtMs - Number(earlier.received_ms) <= append.sameness!.windowMs;
      if (!recent && this.#sql.newerOfSender.get(channel, seq, seq + LATEST_WITHIN, append.sender)) {
        return undefined;
      }
    }
    return this.#joined(earlier);
  }

  #joined(earlier: Row): Appended {
    const seq = Number(earlier.seq);
    const id = String(earlier.id);
    const receivedAtMs = Number(earlier.received_ms);
    if (Number(earlier.answered) === ANSWERED.notYet) return { kind: "pending", seq, id, receivedAtMs };
    const answer = earlier.answer === null ? undefined : {
      bytes: earlier.answer as Uint8Array,
      contentType: this.#names.textOf(Number(earlier.answer_type)),
    };
    return { kind: "answered", seq, id, receivedAtMs, answer };
  }

  #insert(append: Append, channel: number, identity: string | null, trouble: Trouble | undefined): number {
    const answered = trouble ? "negatively" : append.answered ?? "notYet";
    const body = insertBody(this.#sql, append.body);
    return this.#sql.insertMessage.run(
      append.id,
      channel,
      append.receivedAtMs,
      this.#names.idOf(append.origin.adapter),
      append.origin.peer,
      append.origin.partner ?? null,
      append.controlId,
      append.type,
      append.sender,
      this.#names.idOf(append.contentType),
      identity,
      MESSAGE[trouble ? "quarantined" : append.place ?? "received"],
      ANSWERED[answered],
      append.body.length,
      body,
      append.evidence ?? null,
      trouble ? JSON.stringify(trouble) : null,
      null,
      append.place === "gathering" ? 0 : null,
    ).lastId;
  }
}

/** As the history of a message says it. */
const RESEMBLANCES = { late: "repeated late", reused: "control id reused" } as const;

/** What was refused before and comes again resembles nothing: it is the same message, tried anew. */
function resemblanceOf(earlier: number, same: Row | undefined): Resemblance | undefined {
  if (earlier === 0) return undefined;
  if (!same) return "reused";
  return Number(same.answered) === ANSWERED.positively ? "late" : undefined;
}

/** How far a sender's next message is looked for: the one writer must not search the whole table. */
const LATEST_WITHIN = 10_000;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** What the index finds a repetition by; whether the bytes are the same is then seen from them. */
function identityOf({ sameness, controlId }: Append): string | null {
  if (!sameness) return null;
  return sameness.kind === "exact" ? controlId : `${sameness.from}/${sameness.id}`;
}
