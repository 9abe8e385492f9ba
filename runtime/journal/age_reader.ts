import type { Database } from "./database.ts";
import type { Names } from "./names.ts";
import type { ReaderParts } from "./reader.ts";
import { MUST_STAY } from "./retention.ts";
import type { Ageing, FoundPlace, KeptDay } from "./retention_operations.ts";

/** What has grown old. */
export class AgeReader {
  readonly #database: Database;
  readonly #names: Names;

  constructor({ database, names }: ReaderParts) {
    this.#database = database;
    this.#names = names;
  }

  /** Before a day; oldest first. */
  days(before: number): KeptDay[] {
    const rows = this.#database.prepare(
      `SELECT channel, day, 0 AS dropped FROM data_key WHERE channel > 0 AND day > 0 AND day < ? GROUP BY channel, day
       UNION ALL SELECT channel, day, 1 FROM pruning ORDER BY day, channel`,
    ).all(before);
    return rows.map(({ channel, day, dropped }) => ({
      channel: this.#names.textOf(Number(channel)),
      day: Number(day),
      isDropped: dropped === 1,
    }));
  }

  /** What would become of a slice of a day. */
  ageing(channel: string, day: number, after: number, limit: number): Ageing {
    const rows = this.#database.prepare(
      `SELECT seq, ${MUST_STAY} AS stays FROM message WHERE channel = ? AND day = ? AND seq > ? ORDER BY seq LIMIT ?`,
    ).all(this.#names.find(channel) ?? -1, day, after, limit);
    return {
      messages: rows.length,
      staying: rows.filter(({ stays }) => stays === 1).length,
      last: rows.length < limit ? null : Number(rows[rows.length - 1].seq),
    };
  }

  /** Looks at `limit` rows; `last` is where it stopped, `null` at the end. */
  unfound(after: FoundPlace, limit: number): { gone: FoundPlace[]; last: FoundPlace | null } {
    const rows = this.#database.prepare(
      `SELECT field, blind, found.seq AS seq, message.seq IS NULL AS gone FROM found
       LEFT JOIN message ON message.seq = found.seq
       WHERE (field, blind, found.seq) > (?, ?, ?) ORDER BY field, blind, found.seq LIMIT ?`,
    ).all(...after, limit);
    const places = rows.map((row): FoundPlace => [Number(row.field), Number(row.blind), Number(row.seq)]);
    return {
      gone: places.filter((_, at) => rows[at].gone === 1),
      last: rows.length < limit ? null : places[places.length - 1],
    };
  }
}
