import type { BodyFiles } from "./body_files.ts";
import { type Database, prepareAll, type Row, type Statements } from "./database.ts";
import type { Names } from "./names.ts";
import type { Carried, Carry, DropKeys, Dropped, Prune, Pruned, SweepFound } from "./retention_operations.ts";
import { SEALED, type Sealing } from "./sealing.ts";
import type { WriterParts } from "./writer_parts.ts";

/** True for a message that is not through, in quarantine, or waits for people. */
const UNFINISHED = `(state IN (0, 3, 4, 6)
  OR EXISTS (SELECT 1 FROM delivery WHERE delivery.seq = message.seq AND delivery.state IN (0, 2, 3)))`;

/** True for a message that must stay, whatever its age. */
export const MUST_STAY = `(${UNFINISHED}
  OR EXISTS (SELECT 1 FROM hold WHERE (hold.channel IS NULL OR hold.channel = message.channel)
    AND (hold.since_ms IS NULL OR received_ms >= hold.since_ms)
    AND (hold.until_ms IS NULL OR received_ms < hold.until_ms)
    AND (hold.field IS NULL OR EXISTS (SELECT 1 FROM found
      WHERE found.field = hold.field AND found.blind = hold.blind AND found.seq = message.seq))))`;

/** The end of messages: what is old goes, key first. */
export class Retention {
  readonly #names: Names;
  readonly #sealing: Sealing;
  readonly #files: BodyFiles;
  readonly #sql: Statements<typeof STATEMENTS>;
  /** Files to remove once their bodies are gone for good. */
  #unnamed: string[] = [];

  constructor(database: Database, { names, sealing, files }: WriterParts) {
    this.#names = names;
    this.#sealing = sealing;
    this.#files = files;
    this.#sql = prepareAll(database, STATEMENTS);
  }

  carry({ channel, day, toDay, limit }: Carry): Carried {
    const id = this.#names.idOf(channel);
    const rows = this.#sql.mustStay.all(id, day, limit);
    for (const row of rows) this.#carryOne(row, { channel: id, day: toDay });
    return { messages: rows.length };
  }

  dropKeys({ channel, day }: DropKeys): Dropped {
    const id = this.#names.idOf(channel);
    if (this.#sql.mustStay.get(id, day, 1)) return { dropped: false };
    this.#sql.dropKeys.run(id, day);
    this.#sql.begin.run(id, day);
    this.#sealing.forget();
    return { dropped: true };
  }

  prune({ channel, day, limit }: Prune): Pruned {
    const id = this.#names.idOf(channel);
    const rows = this.#sql.messagesOf.all(id, day, limit);
    const before = this.#unnamed.length;
    for (const row of rows) this.#removeOne(Number(row.seq), Number(row.body));
    if (rows.length < limit) this.#sql.end.run(id, day);
    return { messages: rows.length, files: this.#unnamed.length - before };
  }

  sweepFound({ rows }: SweepFound): null {
    for (const row of rows) this.#sql.dropFound.run(...row);
    return null;
  }

  /** After the commit: what was removed leaves the disk, too. */
  committed(): void {
    for (const name of this.#unnamed.splice(0)) this.#files.remove(name);
  }

  /** The commit did not happen. */
  rolledBack(): void {
    this.#unnamed = [];
  }

  #carryOne(message: Row, owner: { readonly channel: number; readonly day: number }): void {
    const seq = Number(message.seq);
    const deliveries = this.#sql.deliveriesOf.all(seq);
    const again = (kind: number, subject: number, sealed: Uint8Array) => {
      const plain = this.#sealing.open(kind, subject, sealed);
      // What can no longer be read stays as it is: it is told when somebody reads it.
      return plain ? this.#sealing.seal(kind, subject, owner, plain) : sealed;
    };
    for (const body of bodiesOf(message.body, deliveries)) {
      const sealed = this.#sql.bodyOf.get(body)?.sealed as Uint8Array | undefined;
      if (sealed) this.#sql.setBody.run(again(SEALED.body, body, sealed), body);
    }
    for (const { id, answer, statement } of deliveries) {
      if (answer === null && statement === null) continue;
      this.#sql.setDelivery.run(
        answer && again(SEALED.deliveryAnswer, Number(id), answer as Uint8Array),
        statement && again(SEALED.statement, Number(id), statement as Uint8Array),
        id,
      );
    }
    const review = this.#sql.reviewOf.get(seq);
    if (review) {
      this.#sql.setReview.run(
        again(SEALED.readDocument, seq, review.read as Uint8Array),
        review.document && again(SEALED.reviewedDocument, seq, review.document as Uint8Array),
        seq,
      );
    }
    this.#sql.setMessage.run(
      owner.day,
      message.answer && again(SEALED.answer, seq, message.answer as Uint8Array),
      message.evidence && again(SEALED.evidence, Number(message.body), message.evidence as Uint8Array),
      seq,
    );
  }

  #removeOne(seq: number, body: number): void {
    for (const id of bodiesOf(body, this.#sql.deliveriesOf.all(seq))) {
      const file = this.#sql.bodyOf.get(id)?.file;
      this.#sql.dropBody.run(id);
      if (file && !this.#sql.namedIn.get(file)) this.#unnamed.push(String(file));
    }
    this.#sql.dropAbout.run(seq);
    this.#sql.dropDeliveries.run(seq);
    this.#sql.dropHistory.run(seq);
    this.#sql.dropReview.run(seq);
    this.#sql.dropMessage.run(seq);
  }
}

/** Of a message and its deliveries, each once. */
function bodiesOf(body: Row[string], deliveries: readonly Row[]): ReadonlySet<number> {
  const all = [body, ...deliveries.flatMap(({ body, first_body }) => [body, first_body])];
  return new Set(all.filter((id) => id !== null).map(Number));
}

const STATEMENTS = {
  mustStay:
    `SELECT seq, body, answer, evidence FROM message WHERE channel = ? AND day = ? AND ${MUST_STAY} LIMIT ?`,
  // What is not through came after the keys had gone: of a clock that was set back.
  messagesOf: `SELECT seq, body FROM message WHERE channel = ? AND day = ? AND NOT ${UNFINISHED} LIMIT ?`,
  deliveriesOf: "SELECT id, body, first_body, answer, statement FROM delivery WHERE seq = ?",
  bodyOf: "SELECT sealed, file FROM body WHERE id = ?",
  setBody: "UPDATE body SET sealed = ? WHERE id = ?",
  setDelivery: "UPDATE delivery SET answer = ?, statement = ? WHERE id = ?",
  setMessage: "UPDATE message SET day = ?, answer = ?, evidence = ? WHERE seq = ?",
  reviewOf: "SELECT read, document FROM review WHERE seq = ?",
  setReview: "UPDATE review SET read = ?, document = ? WHERE seq = ?",
  dropReview: "DELETE FROM review WHERE seq = ?",
  dropKeys: "DELETE FROM data_key WHERE channel = ? AND day = ?",
  begin: "INSERT OR IGNORE INTO pruning (channel, day) VALUES (?, ?)",
  end: "DELETE FROM pruning WHERE channel = ? AND day = ?",
  namedIn: "SELECT 1 FROM body WHERE file = ?",
  dropBody: "DELETE FROM body WHERE id = ?",
  dropAbout: "DELETE FROM delivery_about WHERE delivery IN (SELECT id FROM delivery WHERE seq = ?)",
  dropDeliveries: "DELETE FROM delivery WHERE seq = ?",
  dropHistory: "DELETE FROM history WHERE seq = ?",
  dropMessage: "DELETE FROM message WHERE seq = ?",
  dropFound: "DELETE FROM found WHERE field = ? AND blind = ? AND seq = ?",
} as const;
