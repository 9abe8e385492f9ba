import { crc32 } from "node:zlib";
import type { Database, Row, SqlValue, Statement } from "../database.ts";

/** A file of version 3, read row by row: however large it is, one row at a time is in memory. */
export class OldJournal {
  readonly #database: Database;
  readonly #names = new Map<number, string>();
  readonly #name: Statement;
  readonly #body: Statement;
  readonly #deliveries: Statement;
  readonly #delivery: Statement;
  readonly #entries: Statement;
  readonly #entry: Statement;

  constructor(database: Database) {
    this.#database = database;
    this.#name = database.prepare("SELECT text FROM name WHERE id = ?");
    this.#body = database.prepare("SELECT crc32, bytes FROM body WHERE id = ?");
    this.#deliveries = database.prepare("SELECT id FROM delivery WHERE seq = ? ORDER BY id");
    this.#delivery = database.prepare("SELECT * FROM delivery WHERE id = ?");
    this.#entries = database.prepare("SELECT id FROM history WHERE seq = ? ORDER BY id");
    this.#entry = database.prepare("SELECT * FROM history WHERE id = ?");
  }

  /** How many rows a table has. */
  count(table: string): number {
    return Number(this.#database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n);
  }

  *messages(): Iterable<Row> {
    const next = this.#database.prepare("SELECT * FROM message WHERE seq > ? ORDER BY seq LIMIT 1");
    for (let row = next.get(0); row; row = next.get(row.seq)) yield row;
  }

  *deliveriesOf(seq: SqlValue): Iterable<Row> {
    for (const { id } of this.#deliveries.all(seq)) yield this.#delivery.get(id)!;
  }

  *historyOf(seq: SqlValue): Iterable<Row> {
    for (const { id } of this.#entries.all(seq)) yield this.#entry.get(id)!;
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

  /** The last number that was given to what was sent to each destination. */
  sequences(): readonly Row[] {
    return this.#database.prepare(
      "SELECT destination, max(sequence) AS last FROM delivery GROUP BY destination",
    ).all();
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
