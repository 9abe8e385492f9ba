import type { Database } from "./database.ts";
import type { Names } from "./names.ts";

/** A delivery of a message that waits in an outbox. */
export interface QueuedDelivery {
  /** `channel/destination`. */
  readonly owner: string;
  /** Which part of the message it is, from 0. */
  readonly part: number;
  /** It has no key. */
  readonly isBarrier: boolean;
  /** Id of the first message in quarantine there that holds a key of it; left out where none does. */
  readonly heldBy?: string;
}

/** Who holds a key is looked for among so many at a destination: longer lists keep the queues waiting. */
const HOLDERS_MAX = 4_096;

/** The deliveries of a message that are queued, and what holds their keys. */
export function queuedDeliveries(database: Database, names: Names, seq: number): QueuedDelivery[] {
  const queued = database.prepare(
    "SELECT destination, part, keys FROM delivery WHERE seq = ? AND state = 0 ORDER BY id",
  );
  const holders = database.prepare(
    `SELECT message.id AS id, keys FROM
     (SELECT id, seq, keys FROM delivery WHERE destination = ? AND held = 1 ORDER BY id LIMIT ${HOLDERS_MAX})
     AS holder CROSS JOIN message ON message.seq = holder.seq ORDER BY holder.id`,
  );
  return queued.all(seq).map(({ destination, part, keys: written }) => {
    const keys = JSON.parse(String(written)) as string[];
    const holder = holders.all(destination).find((row) =>
      (JSON.parse(String(row.keys)) as string[]).some((key) => keys.includes(key))
    );
    return {
      owner: names.textOf(Number(destination)),
      part: Number(part),
      isBarrier: keys.length === 0,
      ...(holder ? { heldBy: String(holder.id) } : {}),
    };
  });
}
