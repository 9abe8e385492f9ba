import type { Blinds } from "./blinds.ts";
import type { Database, Row } from "./database.ts";
import { typeIn } from "./found.ts";
import { FIELD, fieldName, type Names } from "./names.ts";
import type { DeliveryState, MessageQuery, MessageState } from "./records.ts";
import { DELIVERY, MESSAGE } from "./schema.ts";

type Value = string | number;

/** A part of a statement, with what stands for its question marks. */
interface Sql {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** One of the words of a query: what a message must be, and where few that are can be found, if an index knows. */
interface Word {
  readonly must: Sql;
  /** Gives the `seq` of every message that is. */
  readonly index?: Sql;
}

/**
 * Finds messages in a table of millions. The word of the query with the fewest messages says which are looked at; where
 * every word has many, the newest are looked at one after the other, since some of many are soon met.
 */
export class MessageSearch {
  readonly #database: Database;
  readonly #names: Names;
  readonly #blinds: Blinds;

  constructor(database: Database, names: Names, blinds: Blinds) {
    this.#database = database;
    this.#names = names;
    this.#blinds = blinds;
  }

  /** Rows of messages that match, in the order asked for. */
  rows(query: MessageQuery): Row[] {
    const words = this.#words(query);
    const few = this.#fewest(words);
    const order = query.order === "oldest" ? "ASC" : "DESC";
    const limit = Math.min(query.limit ?? LIMIT, LIMIT_MOST);
    // Of the few it is known that they are.
    const others = words.filter(({ index }) => few === undefined || index !== few);
    const where = others.map(({ must }) => `(${must.sql})`).join(" AND ") || "TRUE";
    const values = others.flatMap(({ must }) => must.values);
    if (!few) {
      return this.#database.prepare(
        `SELECT * FROM message WHERE ${where} ORDER BY received_ms ${order}, seq ${order} LIMIT ?`,
      ).all(...values, limit);
    }
    // A cross join keeps its order: the few say which rows are looked at, and no index of the other words does.
    return this.#database.prepare(
      `SELECT message.* FROM (SELECT DISTINCT +seq AS seq FROM (${few.sql})) AS few
       CROSS JOIN message ON message.seq = few.seq
       WHERE ${where} ORDER BY received_ms ${order}, message.seq ${order} LIMIT ?`,
    ).all(...few.values, ...values, limit);
  }

  #words(query: MessageQuery): Word[] {
    const { channel, state, type, controlId, fields = {}, sinceMs, untilMs, before, after } = query;
    const words: Word[] = [];
    if (channel !== undefined) words.push(this.#ofChannel(channel));
    if (controlId !== undefined) words.push(this.#saying(FIELD.controlId, [controlId]));
    for (const [field, value] of Object.entries(fields)) words.push(this.#saying(field, [value]));
    if (type !== undefined) words.push(this.#ofType(type, channel));
    if (state !== undefined) words.push(inState(state));
    if (sinceMs !== undefined || untilMs !== undefined) words.push(received(sinceMs, untilMs));
    if (before !== undefined) words.push(this.#beyond(before, "<"));
    if (after !== undefined) words.push(this.#beyond(after, ">"));
    return words;
  }

  #ofChannel(channel: string): Word {
    const must = sql("channel = ?", this.#names.find(channel) ?? -1);
    return { must, index: sql(`SELECT seq FROM message WHERE ${must.sql}`, ...must.values) };
  }

  #saying(field: string, values: readonly string[]): Word {
    const number = this.#names.find(fieldName(field)) ?? -1;
    const blinds = values.map((value) => this.#blinds.number(field, value));
    const blind = `blind IN (${blinds.map(() => "?").join(", ")})`;
    return {
      must: sql(
        `EXISTS (SELECT 1 FROM found WHERE field = ? AND ${blind} AND found.seq = message.seq)`,
        number,
        ...blinds,
      ),
      index: sql(`SELECT seq FROM found WHERE field = ? AND ${blind}`, number, ...blinds),
    };
  }

  #ofType(type: string, channel: string | undefined): Word {
    const channels = channel === undefined ? this.#channels() : [this.#names.find(channel) ?? -1];
    return this.#saying(FIELD.type, channels.map((id) => typeIn(id, type)));
  }

  /** Every channel that has messages, each found by one look into the index. */
  #channels(): number[] {
    return this.#database.prepare(
      `WITH RECURSIVE each (id) AS (
         SELECT min(channel) FROM message
         UNION ALL SELECT (SELECT min(channel) FROM message WHERE channel > each.id) FROM each WHERE each.id IS NOT NULL
       ) SELECT id FROM each WHERE id IS NOT NULL`,
    ).all().map(({ id }) => Number(id));
  }

  /** Older or newer than a message, for the next page. One that is not there any more is known by its id alone. */
  #beyond(id: string, side: "<" | ">"): Word {
    const row = this.#database.prepare("SELECT received_ms, seq FROM message WHERE id = ?").get(id);
    if (!row) return { must: sql(`id ${side} ?`, id) };
    const place = [Number(row.received_ms), Number(row.seq)];
    return {
      must: sql(`received_ms ${side}= ? AND (received_ms, message.seq) ${side} (?, ?)`, place[0], ...place),
    };
  }

  /** Where the fewest messages are, if that is no great number. */
  #fewest(words: readonly Word[]): Sql | undefined {
    let few: Sql | undefined, least = FEW + 1;
    for (const { index } of words) {
      if (!index) continue;
      const counted = this.#database.prepare(`SELECT count(*) AS n FROM (${index.sql} LIMIT ?)`)
        .get(...index.values, least)!;
      const count = Number(counted.n);
      if (count < least) [few, least] = [index, count];
    }
    return few;
  }
}

const LIMIT = 50;
const LIMIT_MOST = 1_000;
/** Looking at so many, one by one, takes some ten milliseconds. */
const FEW = 10_000;

/** Written out: a partial index is found by a number, not by a parameter. */
function inState(state: MessageState | DeliveryState): Word {
  const message = MESSAGE[state as MessageState] as number | undefined;
  const delivery = DELIVERY[state as DeliveryState] as number | undefined;
  const musts = [
    ...(message === undefined ? [] : [`state = ${message}`]),
    ...(delivery === undefined ? [] : [
      `EXISTS (SELECT 1 FROM delivery WHERE delivery.seq = message.seq AND delivery.state = ${delivery})`,
    ]),
  ];
  const must = sql(musts.join(" OR "));
  if (!INDEXED.has(state)) return { must };
  const gathers = delivery === DELIVERY.gathering;
  const places = [
    ...(message === undefined ? [] : [`SELECT seq FROM message WHERE state = ${message}`]),
    ...(delivery === undefined
      ? []
      : [`SELECT seq FROM delivery WHERE state = ${delivery}${gathers ? " AND batch = 0" : ""}`]),
    ...(gathers ? [OF_QUEUED_BATCHES] : []),
  ];
  return { must, index: sql(places.join(" UNION ALL ")) };
}

/** Members of batches that are queued. */
const OF_QUEUED_BATCHES = `SELECT member.seq FROM delivery AS whole
  CROSS JOIN delivery AS member ON member.batch = whole.id AND member.batch > 0 AND member.state = ${DELIVERY.gathering}
  WHERE whole.state = ${DELIVERY.queued} AND whole.batch = whole.id`;

/** States with an index of their own: those that few are in, as a rule. */
const INDEXED: ReadonlySet<string> = new Set<MessageState | DeliveryState>([
  "received",
  "filtered",
  "quarantined",
  "gathering",
  "reviewing",
  "queued",
  "cancelled",
]);

function received(sinceMs = -Infinity, untilMs = Infinity): Word {
  const from = Math.max(sinceMs, 0), to = Math.min(untilMs, Number.MAX_SAFE_INTEGER);
  const range = sql("received_ms >= ? AND received_ms < ?", from, to);
  return { must: range, index: sql(`SELECT seq FROM message WHERE ${range.sql}`, ...range.values) };
}

function sql(text: string, ...values: readonly Value[]): Sql {
  return { sql: text, values };
}
