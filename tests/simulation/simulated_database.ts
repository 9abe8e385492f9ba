import type { Database, Row, SqlValue, Statement } from "../../runtime/journal/database.ts";
import { VFS_NAME } from "./disk_vfs.ts";
import { type Pointer, sqlite } from "./sqlite_wasm.ts";

const { wasm } = sqlite;
const c = wasm.exports;

const OPEN_READ_WRITE_CREATE = 2 | 4;
const ROW = 100;
const DONE = 101;
const TYPE = { integer: 1, float: 2, text: 3, blob: 4 } as const;
/** SQLite copies what it is given. */
const TRANSIENT = -1;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const vfsName = wasm.allocCString(VFS_NAME);
const out = wasm.alloc(8);
let scratch = { pointer: wasm.alloc(1 << 16), length: 1 << 16 };

/** Room for what SQLite is handed. */
function room(bytes: number): Pointer {
  if (bytes > scratch.length) {
    wasm.dealloc(scratch.pointer);
    scratch = { pointer: wasm.alloc(bytes * 2), length: bytes * 2 };
  }
  return scratch.pointer;
}

/** As `node:sqlite` throws it. */
export class SqliteError extends Error {
  constructor(readonly errcode: number, message: string) {
    super(message);
  }
}

/** SQLite over whatever disk is mounted. */
export class SimulatedDatabase implements Database {
  readonly #database: Pointer;
  /** Statements stay prepared: each is over before the next is begun. */
  readonly #statements = new Map<string, SimulatedStatement>();

  constructor(path: string) {
    const name = wasm.allocCString(path);
    const code = c.sqlite3_open_v2(name, out, OPEN_READ_WRITE_CREATE, vfsName);
    wasm.dealloc(name);
    this.#database = wasm.peekPtr(out);
    if (code !== 0) {
      const error = this.#error(code);
      this.close();
      throw error;
    }
    c.sqlite3_extended_result_codes(this.#database, 1);
  }

  exec(sql: string): void {
    const text = wasm.allocCString(sql);
    const code = c.sqlite3_exec(this.#database, text, 0, 0, 0);
    wasm.dealloc(text);
    if (code !== 0) throw this.#error(code);
  }

  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = new SimulatedStatement(this.#database, sql, (failed) => this.#error(failed));
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    for (const statement of this.#statements.values()) statement.finalize();
    this.#statements.clear();
    c.sqlite3_close_v2(this.#database);
  }

  #error(code: number): SqliteError {
    return new SqliteError(code, `${wasm.cstrToJs(c.sqlite3_errmsg(this.#database))} (${code})`);
  }
}

class SimulatedStatement implements Statement {
  readonly #database: Pointer;
  readonly #sql: string;
  readonly #error: (code: number) => SqliteError;
  /** Prepared when it is first wanted: most are not, in so short a run. */
  #statement: Pointer = 0;
  #columns: readonly string[] | undefined;

  constructor(database: Pointer, sql: string, error: (code: number) => SqliteError) {
    [this.#database, this.#sql, this.#error] = [database, sql, error];
  }

  run(...values: SqlValue[]): { changes: number; lastId: number } {
    this.#each(values, () => true);
    return {
      changes: c.sqlite3_changes(this.#database),
      lastId: Number(c.sqlite3_last_insert_rowid(this.#database)),
    };
  }

  get(...values: SqlValue[]): Row | undefined {
    let found: Row | undefined;
    this.#each(values, () => {
      found = this.#row();
      return false;
    });
    return found;
  }

  all(...values: SqlValue[]): Row[] {
    const rows: Row[] = [];
    this.#each(values, () => rows.push(this.#row()) > 0);
    return rows;
  }

  finalize(): void {
    c.sqlite3_finalize(this.#statement);
  }

  #prepare(): Pointer {
    const text = wasm.allocCString(this.#sql);
    const code = c.sqlite3_prepare_v2(this.#database, text, -1, out, 0);
    wasm.dealloc(text);
    if (code !== 0) throw this.#error(code);
    return wasm.peekPtr(out);
  }

  #each(values: readonly SqlValue[], more: () => boolean): void {
    this.#statement ||= this.#prepare();
    values.forEach((value, at) => this.#bind(at + 1, value));
    let code = c.sqlite3_step(this.#statement);
    while (code === ROW && more()) code = c.sqlite3_step(this.#statement);
    // The message is that of the last call: it is read before the statement is reset.
    const error = code === ROW || code === DONE ? undefined : this.#error(code);
    c.sqlite3_reset(this.#statement);
    if (error) throw error;
  }

  #bind(at: number, value: SqlValue): void {
    const code = this.#bindOne(at, value);
    if (code !== 0) throw this.#error(code);
  }

  #bindOne(at: number, value: SqlValue): number {
    if (value === null) return c.sqlite3_bind_null(this.#statement, at);
    if (typeof value === "bigint") return c.sqlite3_bind_int64(this.#statement, at, value);
    if (typeof value === "number") {
      return (value | 0) === value
        ? c.sqlite3_bind_int(this.#statement, at, value)
        : c.sqlite3_bind_double(this.#statement, at, value);
    }
    if (typeof value === "string") {
      const pointer = room(value.length * 3);
      const { written } = encoder.encodeInto(
        value,
        wasm.heap8u().subarray(pointer, pointer + value.length * 3),
      );
      return c.sqlite3_bind_text(this.#statement, at, pointer, written, TRANSIENT);
    }
    const pointer = room(value.length);
    wasm.heap8u().set(value, pointer);
    return c.sqlite3_bind_blob(this.#statement, at, pointer, value.length, TRANSIENT);
  }

  #row(): Row {
    const statement = this.#statement;
    this.#columns ??= Array.from(
      { length: c.sqlite3_column_count(statement) },
      (_, at) => wasm.cstrToJs(c.sqlite3_column_name(statement, at)),
    );
    const row: Row = {};
    for (let at = 0; at < this.#columns.length; at++) row[this.#columns[at]] = this.#value(at);
    return row;
  }

  #value(at: number): SqlValue {
    const type = c.sqlite3_column_type(this.#statement, at);
    if (type === TYPE.integer || type === TYPE.float) return c.sqlite3_column_double(this.#statement, at);
    if (type !== TYPE.text && type !== TYPE.blob) return null;
    const pointer = type === TYPE.text
      ? c.sqlite3_column_text(this.#statement, at)
      : c.sqlite3_column_blob(this.#statement, at);
    const bytes = wasm.heap8u().slice(pointer, pointer + c.sqlite3_column_bytes(this.#statement, at));
    return type === TYPE.text ? decoder.decode(bytes) : bytes;
  }
}
