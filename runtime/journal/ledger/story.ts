import { hash } from "node:crypto";
import type { EntryPlace, LedgerEntry } from "../../trust/ledger/entry.ts";
import type { Act } from "../acts.ts";
import { type Database, prepareAll, type Row, type Statements } from "../database.ts";
import type { NoteExchanged } from "../exchanged.ts";
import type { Stored } from "../large_bodies.ts";
import type { Names } from "../names.ts";
import type { Append, Appended, Attempted, Settle } from "../operations.ts";
import type { Trouble } from "../records.ts";
import { DELIVERY } from "../schema.ts";
import { Salts } from "./body_commitment.ts";
import type { LedgerWriter } from "./ledger_writer.ts";
import { Recent } from "./recent.ts";

type Outcome = "accepted" | "rejected";

/** A message that is new in the journal. */
export interface NewInStory {
  readonly seq: number;
  readonly id: string;
  readonly channel: string;
  readonly receivedAtMs: number;
  /** As {@linkcode Story.salt} gave it. */
  readonly salt: string | undefined;
  readonly body: Stored;
  /** What its sender is told by this commit. */
  readonly outcome?: Outcome | undefined;
  readonly code?: string | undefined;
  readonly append?: Append;
}

/**
 * Tells the ledger what becomes of messages, in the transaction in which it does. Each message has one story:
 *
 * - `received` once, when its row is written, whoever it comes from: a peer, another channel, or the gateway that has made it
 *   of others. `outcome` and `code`: what its sender is told by the same commit. What comes again and is known has no story of
 *   its own: that the answer was given again is one more `acknowledged` of the first.
 * - `acknowledged` whenever an answer is decided later, or a signed receipt is made: of a message that came sealed there may
 *   be both, and the one with `receipt` is what its sender has.
 * - For each destination any number of `attempted`, and one of `delivered`, `receipted` and `quarantined` each time its delivery
 *   ends; after a replay it ends again. What was sent in a batch ends with it, for each of its members.
 * - `filtered`, or `quarantined` without a destination, where it comes to no delivery.
 * - `act` for what a person does to it; what a person has cancelled or skipped has ended by that.
 */
export class Story {
  readonly #ledger: LedgerWriter | undefined;
  readonly #names: Names;
  readonly #sql: Statements<typeof STATEMENTS>;
  readonly #salts: Salts;
  /** Of messages and deliveries that were new not long ago: most end soon, and need not be looked up. */
  readonly #messages = new Recent<EntryPlace>();
  readonly #deliveries = new Recent<EntryPlace>();

  /** Without a ledger nothing is told, and nothing is done for it. */
  constructor(
    database: Database,
    names: Names,
    random: (length: number) => Uint8Array,
    ledger: LedgerWriter | undefined,
  ) {
    this.#ledger = ledger;
    this.#names = names;
    this.#sql = prepareAll(database, STATEMENTS);
    this.#salts = new Salts(random);
  }

  /** What is kept, in hex, with the body of a new message. */
  salt(): string | undefined {
    return this.#ledger && this.#salts.next();
  }

  received({ seq, id, channel, receivedAtMs, salt, body, outcome, code, append }: NewInStory): void {
    if (!this.#ledger) return;
    const place = { channel, destination: undefined, message: id };
    this.#messages.set(seq, place);
    const { evidence, exchanged, sameness } = append ?? {};
    const from = exchanged?.gateway ?? (sameness?.kind === "sealed" ? sameness.from : undefined);
    const statement = evidence && sha256(evidence);
    this.#ledger.add(
      { kind: "received", atMs: receivedAtMs, outcome, code, gateway: from, statement },
      place,
      salt === undefined ? undefined : { salt, body },
    );
  }

  /** It is known, and its sender has its answer again. */
  repeated({ channel, receivedAtMs: atMs, sameness }: Append, appended: Appended): void {
    if (appended.kind !== "answered") return;
    const { id, positively, answer } = appended;
    this.#ledger?.add({
      kind: "acknowledged",
      atMs,
      channel,
      message: id,
      outcome: outcomeOf(positively),
      receipt: sameness?.kind === "sealed" && answer ? sha256(answer.bytes) : undefined,
    });
  }

  acknowledged(seq: number, atMs: number, positively: boolean, receipt?: Uint8Array): void {
    this.#tell(seq, {
      kind: "acknowledged",
      atMs,
      outcome: outcomeOf(positively),
      receipt: receipt && sha256(receipt),
    });
  }

  /** A batch that came sealed has one receipt. */
  acknowledgedBatch({ exchanged: { gateway, receipt: outcome }, acknowledged }: NoteExchanged): null {
    if (!acknowledged) return null;
    const { channel, atMs, statement, receipt } = acknowledged;
    this.#ledger?.add({
      kind: "acknowledged",
      atMs,
      channel,
      gateway,
      outcome,
      statement: sha256(statement),
      receipt: sha256(receipt),
    });
    return null;
  }

  filtered(seq: number, atMs: number, outcome?: Outcome): void {
    this.#tell(seq, { kind: "filtered", atMs, outcome });
  }

  quarantined(seq: number, { atMs, code }: Trouble, outcome?: Outcome): void {
    this.#tell(seq, { kind: "quarantined", atMs, code, outcome });
  }

  attempted({ delivery, trouble: { atMs, code }, sealed }: Attempted): void {
    this.#tellOf(delivery, () => ({ kind: "attempted", atMs, code, ...sealedIn(sealed) }));
  }

  /** A message has a delivery. */
  branched(seq: number, delivery: number, destination: string): void {
    const place = this.#messages.get(seq);
    if (!place) return;
    this.#deliveries.set(delivery, { channel: place.channel, destination, message: place.message });
  }

  /** Forgets what a rolled-back transaction may have told. */
  forget(): void {
    this.#messages.clear();
    this.#deliveries.clear();
  }

  /** It was handed to another channel, where it is a message of its own. */
  handedOn(delivery: number, atMs: number): void {
    this.#tellOf(delivery, () => ({ kind: "delivered", atMs }));
  }

  /** Of the members of a batch that was handed on. */
  membersHandedOn(batch: number, atMs: number): void {
    for (const member of this.#members(batch)) this.#ledger?.add({ kind: "delivered", atMs }, member);
  }

  /** A delivery has ended; told before its members' rows are changed. What a person has cancelled is an act, of each. */
  ended(settle: Settle): void {
    const { delivery, isBatch, ended, atMs } = settle;
    if (ended?.how === "cancelled") {
      if (isBatch) this.membersCancelled(delivery, atMs, ended.by.person);
      return;
    }
    const end = this.#tellOf(delivery, () => endOf(settle));
    if (!isBatch || !end) return;
    for (const member of this.#members(delivery)) this.#ledger?.add(end, member);
  }

  /** The members of a batch that a person has cancelled; told before their rows are changed. */
  membersCancelled(batch: number, atMs: number, person: string): void {
    for (const member of this.#members(batch, DELIVERY.quarantined)) {
      this.#ledger?.add(actOf("cancelled", atMs, person), member);
    }
  }

  /** What a person has done, without the reason: that may name a patient. */
  acted({ atMs, by: { person }, act, channel, destination, seq }: Act): void {
    if (!this.#ledger) return;
    const message = seq === undefined ? undefined : this.#messageOf(seq)?.message;
    this.#ledger.add(actOf(act, atMs, person), { channel, destination, message });
  }

  #tell(seq: number, entry: LedgerEntry): void {
    if (this.#ledger) this.#ledger.add(entry, this.#messageOf(seq));
  }

  #tellOf(delivery: number, tell: () => LedgerEntry): LedgerEntry | undefined {
    const place = this.#ledger && (this.#deliveries.get(delivery) ?? this.#lookUp(delivery));
    if (!place) return undefined;
    const entry = tell();
    this.#ledger!.add(entry, place);
    return entry;
  }

  #lookUp(delivery: number): EntryPlace | undefined {
    const row = this.#sql.delivery.get(delivery);
    return row && this.#placeOf(row);
  }

  #members(batch: number, also: number = DELIVERY.gathering): readonly EntryPlace[] {
    return this.#ledger ? this.#sql.members.all(batch, also).map((row) => this.#placeOf(row)) : [];
  }

  #messageOf(seq: number): EntryPlace | undefined {
    const known = this.#messages.get(seq);
    if (known) return known;
    const row = this.#sql.message.get(seq);
    return row && { message: String(row.id), channel: this.#names.textOf(Number(row.channel)) };
  }

  #placeOf({ id, destination }: Row): EntryPlace {
    const name = this.#names.textOf(Number(destination)), end = name.indexOf("/");
    return { message: String(id), channel: name.slice(0, end), destination: name.slice(end + 1) };
  }
}

/** How a delivery has ended, as its peer or its partner says. */
function endOf({ atMs, trouble, exchanged, answer, sealed }: Settle): LedgerEntry {
  const code = trouble?.code;
  // What goes out by another destination's sender has a receipt, and counts in no feed.
  if (exchanged || answer && sealed) {
    const { gateway, receipt: outcome = outcomeOf(!trouble) } = exchanged ?? {};
    const receipt = answer && sha256(answer);
    return { kind: "receipted", atMs, gateway, outcome, code, receipt, ...sealedIn(sealed) };
  }
  const kind = trouble ? "quarantined" : "delivered";
  return sealed ? { kind, atMs, code, ...sealedIn(sealed) } : { kind, atMs, code };
}

function actOf(act: string, atMs: number, by: string): LedgerEntry {
  return { kind: "act", atMs, act, by };
}

function sealedIn(sealed: Settle["sealed"]): Pick<LedgerEntry, "statement" | "envelope"> {
  return sealed ? { statement: sha256(sealed.statement), envelope: sealed.envelope } : {};
}

function outcomeOf(positively: boolean): Outcome {
  return positively ? "accepted" : "rejected";
}

function sha256(bytes: Uint8Array): string {
  return hash("sha256", bytes);
}

const STATEMENTS = {
  message: "SELECT id, channel FROM message WHERE seq = ?",
  delivery: `SELECT message.id AS id, destination FROM delivery JOIN message ON message.seq = delivery.seq
    WHERE delivery.id = ?`,
  members: `SELECT message.id AS id, destination FROM delivery JOIN message ON message.seq = delivery.seq
    WHERE batch = ? AND batch > 0 AND delivery.id <> batch AND delivery.state IN (3, ?) ORDER BY delivery.id`,
} as const;
