import type { Acts } from "./acts.ts";
import type { Row } from "./database.ts";
import { destinationName, type Names } from "./names.ts";
import type { Release, Released, Replay, Replayed } from "./operations.ts";
import { DELIVERY, MESSAGE } from "./schema.ts";
import type { WriterParts } from "./writer_parts.ts";
import type { Writes } from "./writes.ts";

/** What a person has done again, or lets go. */
export class Replays {
  readonly #sql: Writes;
  readonly #names: Names;
  readonly #acts: Acts;

  constructor({ sql, names, acts }: WriterParts) {
    this.#sql = sql;
    this.#names = names;
    this.#acts = acts;
  }

  release({ seq, destination, by, atMs }: Release): Released {
    const channel = this.#channelOf(seq);
    return this.#sql.deliveriesOf.all(seq).flatMap((row) => {
      const name = this.#destinationOf(row, channel);
      if (Number(row.held) === 0 || (destination !== undefined && name !== destination)) return [];
      this.#sql.releaseDelivery.run(Number(row.id));
      this.#acts.note({ atMs, by, act: "released", channel, destination: name, seq });
      return [{ channel, destination: name, delivery: Number(row.id) }];
    });
  }

  replay({ seq, destination, force, by, atMs }: Replay): Replayed {
    const message = this.#sql.messageBySeq.get(seq);
    if (!message) return { kind: "nothing" };
    const channel = this.#names.textOf(Number(message.channel));
    if (Number(message.state) === MESSAGE.quarantined && destination === undefined) {
      this.#sql.requeueMessage.run(seq);
      this.#acts.note({ atMs, by, act: "replayed", channel, seq });
      const gathers = message.whole !== null;
      return { kind: "inbox", channel, size: Number(message.size), gathers };
    }
    const wanted = destination === undefined ? null : this.#names.idOf(destinationName(channel, destination));
    const chosen = this.#sql.deliveriesOf.all(seq).filter((row) =>
      wanted === null
        ? Number(row.state) === DELIVERY.quarantined
        : Number(row.destination) === wanted && !isWaiting(row) && !wasHandedOn(row) &&
          Number(row.state) !== DELIVERY.cancelled
    );
    if (chosen.length === 0) return { kind: "nothing" };
    const nameOf = (row: Row) => this.#destinationOf(row, channel);
    for (const row of chosen) {
      if (!force && this.#overtaken(row, chosen)) return { kind: "overtaken", destination: nameOf(row) };
    }
    const deliveries = chosen.map((row) => {
      const gathers = this.#requeue(row);
      this.#acts.note({ atMs, by, act: "replayed", channel, destination: nameOf(row), seq });
      return { destination: nameOf(row), delivery: Number(row.id), size: Number(row.size), gathers };
    });
    return { kind: "outbox", channel, deliveries };
  }

  /** True where it gathers again: what was, or was to be, sent in a batch goes out with the next one. */
  #requeue({ id, batch }: Row): boolean {
    if (batch !== null && batch !== id) {
      this.#sql.gatherAgain.run(id);
      return true;
    }
    this.#sql.requeueDelivery.run(id);
    if (batch !== null) this.#sql.requeueMembers.run(id);
    return false;
  }

  /** True where a newer delivery of its keys has gone out, and is none of those that go out again with it. */
  #overtaken(row: Row, chosen: readonly Row[]): boolean {
    const keys = new Set(JSON.parse(String(row.keys)) as string[]);
    if (keys.size === 0) return false;
    const together = new Set(chosen.map(({ id }) => Number(id)));
    // The batch it was sent in has its keys, too.
    return this.#sql.deliveredAfter.all(row.destination, row.id, row.batch)
      .filter(({ id }) => !together.has(Number(id)))
      .some((newer) => (JSON.parse(String(newer.keys)) as string[]).some((key) => keys.has(key)));
  }

  #channelOf(seq: number): string {
    return this.#names.textOf(Number(this.#sql.messageBySeq.get(seq)!.channel));
  }

  #destinationOf({ destination }: Row, channel: string): string {
    return this.#names.textOf(Number(destination)).slice(channel.length + 1);
  }
}

function isWaiting({ state }: Row): boolean {
  return Number(state) === DELIVERY.queued || Number(state) === DELIVERY.gathering;
}

/** Delivered without an attempt, and in no batch of others: it is a message of another channel, and is replayed there. */
function wasHandedOn({ id, state, attempts, batch }: Row): boolean {
  return Number(state) === DELIVERY.delivered && Number(attempts) === 0 && (batch === null || batch === id);
}
