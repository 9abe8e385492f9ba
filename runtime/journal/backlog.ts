import type { Database, SqlValue } from "./database.ts";
import type { Names } from "./names.ts";
import { MESSAGE } from "./schema.ts";

/** What waits in the journal, for the engine or for a person. Each has a partial index of its own. */
const WAITING = {
  /** By channel. */
  inbox: messages(`state = ${MESSAGE.received}`),
  pieces: messages(`state = ${MESSAGE.gathering}`),
  reviews: messages(`state = ${MESSAGE.reviewing}`),
  quarantinedMessages: messages(`state = ${MESSAGE.quarantined}`),
  unanswered: messages("answered = 0"),
  /** By `channel/destination`. */
  outbox: deliveries("state = 0"),
  gathering: deliveries("state = 3 AND batch = 0"),
  quarantinedDeliveries: deliveries("state = 2"),
  held: deliveries("held = 1"),
};

/** A place where something waits. */
export type Backlog = keyof typeof WAITING;

/**
 * When the message of the first was received, in milliseconds since 1970-01-01T00:00Z, by channel or by
 * `channel/destination`; left out where nothing waits.
 */
export type Oldest = Readonly<Record<Backlog, Readonly<Record<string, number>>>>;

/** A slice of a count. */
export interface Slice {
  readonly count: number;
  /** Where it ends. */
  readonly last: number;
}

/**
 * Since when something waits: one look-up for each queue that is not empty, however much is in it.
 */
export function oldest(database: Database, names: Names): Oldest {
  const found = Object.entries(WAITING).map(([backlog, { first }]) => {
    const statement = database.prepare(first);
    const times: Record<string, number> = {};
    for (let row = statement.get(-1); row; row = statement.get(row.owner as SqlValue)) {
      times[names.textOf(Number(row.owner))] = Number(row.received_ms);
    }
    return [backlog, times];
  });
  return Object.fromEntries(found) as Oldest;
}

/** Counts what waits of one owner after a place, at most `limit`: whoever feeds the queues must not count for long. */
export function countSlice(
  database: Database,
  backlog: Backlog,
  owner: number | undefined,
  after: number,
  limit: number,
): Slice {
  const row = database.prepare(WAITING[backlog].slice).get(owner ?? -1, after, limit)!;
  return { count: Number(row.count), last: Number(row.last ?? after) };
}

/** The SQL of every look at what waits, for the test that no table is scanned. */
export const backlogSql: readonly string[] = Object.values(WAITING).flatMap(({ first, slice }) => [
  first,
  slice,
]);

function messages(where: string) {
  return {
    first: `SELECT channel AS owner, received_ms FROM message WHERE ${where} AND channel > ?
       ORDER BY channel, seq LIMIT 1`,
    slice: sliceOf("message", "seq", `channel = ? AND ${where}`),
  };
}

function deliveries(where: string) {
  return {
    // Crossed: SQLite must not begin with the messages.
    first: `SELECT destination AS owner, received_ms FROM
       (SELECT id, seq, destination FROM delivery WHERE ${where} AND destination > ? ORDER BY destination, id LIMIT 1)
       AS first CROSS JOIN message ON message.seq = first.seq`,
    slice: sliceOf("delivery", "id", `destination = ? AND ${where}`),
  };
}

function sliceOf(table: string, position: string, where: string): string {
  return `SELECT count(*) AS count, max(position) AS last FROM
    (SELECT ${position} AS position FROM ${table} WHERE ${where} AND ${position} > ? ORDER BY ${position} LIMIT ?)`;
}
