import { crc32 } from "node:zlib";
import type { Database, Row, SqlValue, Statement } from "../database.ts";

/** A file of version 3, read row by row: however large it is, one row at a time is in memory. */
export class OldJournal {
  readonly #database: Database;
  readonly #names = new Map<number, string>();
  readonly #name: Statement;
  readonly #body: Statement;
  readonly #deliveries: Statement;
  readonly #history: Statement;

  constructor(database: Database) {
    this.#database = database;
    this.#name = database.prepare("SELECT text FROM name WHERE id = ?");
    this.#body = database.prepare("SELECT crc32, bytes FROM body WHERE id = ?");
    this.#deliveries = database.prepare(
      "SELECT * FROM delivery WHERE seq = ? AND id > ? ORDER BY id LIMIT 1",
    );
    this.#history = database.prepare("SELECT * FROM history WHERE seq = ? AND id > ? ORDER BY id LIMIT 1");
  }

  /** How many rows a table has. */
  count(table: string): number {
    return Number(this.#database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n);
  }

  messages(): Iterable<Row> {
    const next = this.#database.prepare("SELECT * FROM message WHERE seq > ? ORDER BY seq LIMIT 1");
    return cursor((after) => next.get(after), "seq");
  }

  deliveriesOf(seq: SqlValue): Iterable<Row> {
    return cursor((after) => this.#deliveries.get(seq, after), "id");
  }

  historyOf(seq: SqlValue): Iterable<Row> {
    return cursor((after) => this.#history.get(seq, after), "id");
  }

  *states(): Iterable<Row> {
    const next = this.#database.prepare(
      "SELECT * FROM state WHERE (channel, step, key) > (?, ?, ?) ORDER BY channel, step, key LIMIT 1",
    );
    for (let row = next.get(0, "", ""); row; row = next.get(row.channel, row.step, row.key)) yield row;
  }

  *numberings(): Iterable<Row> {
    const next = this.#database.prepare(
      "SELECT * FROM numbering WHERE (channel, sender) > (?, ?) ORDER BY channel, sender LIMIT 1",
    );
    for (let row = next.get(0, ""); row; row = next.get(row.channel, row.sender)) yield row;
  }

  settings(): readonly Row[] {
    return this.#database.prepare("SELECT name, value FROM setting").all();
  }

  /** `null` where the bytes no longer match their checksum. */
  body(id: SqlValue): Uint8Array | null {
    const row = this.#body.get(id);
    const bytes = row?.bytes as Uint8Array | undefined;
    return bytes && crc32(bytes) === Number(row!.crc32) ? bytes : null;
  }

  /** The word behind a number. */
  nameOf(id: SqlValue): string {
    let text = this.#names.get(Number(id));
    if (text === undefined) this.#names.set(Number(id), text = String(this.#name.get(id)?.text ?? ""));
    return text;
  }
}

function* cursor(next: (after: SqlValue) => Row | undefined, key: string): Iterable<Row> {
  for (let row = next(0); row; row = next(row[key])) yield row;
}
