import type { By } from "./acts.ts";
import type { Database, Row, Statement } from "./database.ts";
import type { Names } from "./names.ts";
import { channelOf, type WriterParts } from "./writer_parts.ts";
import type { ReviewWriter } from "./review/review_writer.ts";
import { DELIVERY, MESSAGE } from "./schema.ts";

/** What is not to be sent any more: deliveries that are queued or in quarantine, or a message that is in quarantine, or that people
 * review. */
export interface Cancel {
  readonly op: "cancel";
  readonly seq: number;
  /** Which deliveries; none: the message itself. */
  readonly deliveries: readonly number[];
  /** Those in their queue, too: no line has it. Otherwise only what is in quarantine. */
  readonly queued?: boolean;
  readonly by: By;
  readonly atMs: number;
}

/** What was cancelled: what had ended meanwhile is not. */
export interface Cancelled {
  /** The message itself. */
  readonly message: boolean;
  readonly deliveries: readonly number[];
}

/** What of a message could be cancelled. */
export interface Cancellable {
  readonly channel: string;
  /** The message itself is in quarantine, or waits for people who review it. */
  readonly message: boolean;
  readonly deliveries: readonly {
    readonly destination: string;
    readonly delivery: number;
    /** It is in its queue; otherwise in quarantine. */
    readonly queued: boolean;
    readonly size: number;
  }[];
}

/** Cancels what is not to be sent. */
export class Cancels {
  readonly #parts: WriterParts;
  readonly #reviews: ReviewWriter;
  readonly #message: Statement;
  readonly #delivery: Statement;
  readonly #members: Statement;
  readonly #find: Statement;

  constructor(database: Database, parts: WriterParts, reviews: ReviewWriter) {
    this.#parts = parts;
    this.#reviews = reviews;
    this.#message = database.prepare(
      `UPDATE message SET state = ${MESSAGE.cancelled} WHERE seq = ?
       AND state IN (${MESSAGE.quarantined}, ${MESSAGE.reviewing})`,
    );
    this.#find = database.prepare("SELECT destination, batch FROM delivery WHERE id = ?");
    this.#delivery = database.prepare(
      `UPDATE delivery SET state = ${DELIVERY.cancelled}, settled_ms = ?, held = 0
       WHERE id = ? AND state IN (?, ${DELIVERY.quarantined})`,
    );
    this.#members = database.prepare(
      `UPDATE delivery SET state = ${DELIVERY.cancelled}, settled_ms = ? WHERE batch = ? AND id <> batch
       AND state IN (${DELIVERY.gathering}, ${DELIVERY.quarantined})`,
    );
  }

  cancel({ seq, deliveries, queued = false, by, atMs }: Cancel): Cancelled {
    // Retention may have removed it since it was looked up.
    if (!this.#parts.sql.messageBySeq.get(seq)) return { message: false, deliveries: [] };
    const channel = channelOf(this.#parts, seq);
    const done = { atMs, by, act: "cancelled", channel, seq };
    if (deliveries.length === 0) {
      const message = this.#message.run(seq).changes > 0;
      if (message) {
        this.#reviews.cancelled(seq);
        this.#parts.acts.note(done);
      }
      return { message, deliveries: [] };
    }
    const cancelled = deliveries.filter((delivery) => {
      const alsoIn = DELIVERY[queued ? "queued" : "quarantined"];
      if (this.#delivery.run(atMs, delivery, alsoIn).changes === 0) return false;
      const { destination, batch } = this.#find.get(delivery)!;
      // What becomes of a batch becomes of what it was made of.
      if (batch === delivery) {
        this.#parts.story.membersCancelled(delivery, atMs, by.person);
        this.#members.run(atMs, delivery);
      }
      const name = this.#parts.names.destinationOf(Number(destination));
      this.#parts.acts.note({ ...done, destination: name });
      return true;
    });
    return { message: false, deliveries: cancelled };
  }
}

/** What of a message could be cancelled now. */
export function readCancellable(database: Database, names: Names, seq: number): Cancellable {
  const message = database.prepare("SELECT channel, state FROM message WHERE seq = ?").get(seq)!;
  const channel = names.textOf(Number(message.channel));
  const rows = database.prepare(
    `SELECT id, destination, state, size FROM delivery WHERE seq = ?
     AND state IN (${DELIVERY.queued}, ${DELIVERY.quarantined}) AND (batch IS NULL OR batch = id) ORDER BY id`,
  ).all(seq);
  return {
    channel,
    message: [MESSAGE.quarantined, MESSAGE.reviewing].some((state) => state === Number(message.state)),
    deliveries: rows.map((row: Row) => ({
      destination: names.destinationOf(Number(row.destination)),
      delivery: Number(row.id),
      queued: Number(row.state) === DELIVERY.queued,
      size: Number(row.size),
    })),
  };
}
