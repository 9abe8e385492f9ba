import init from "@sqlite.org/sqlite-wasm";

/** A place in WebAssembly's memory. */
export type Pointer = number;

/** What is used of SQLite's C functions, as they are: numbers in, numbers out. */
interface Functions {
  sqlite3_open_v2(path: Pointer, database: Pointer, flags: number, vfs: Pointer): number;
  sqlite3_close_v2(database: Pointer): number;
  sqlite3_extended_result_codes(database: Pointer, on: number): number;
  sqlite3_exec(database: Pointer, sql: Pointer, each: Pointer, given: Pointer, message: Pointer): number;
  sqlite3_prepare_v2(
    database: Pointer,
    sql: Pointer,
    bytes: number,
    statement: Pointer,
    rest: Pointer,
  ): number;
  sqlite3_finalize(statement: Pointer): number;
  sqlite3_step(statement: Pointer): number;
  sqlite3_reset(statement: Pointer): number;
  sqlite3_errmsg(database: Pointer): Pointer;
  sqlite3_changes(database: Pointer): number;
  sqlite3_last_insert_rowid(database: Pointer): bigint;
  sqlite3_bind_null(statement: Pointer, at: number): number;
  sqlite3_bind_int64(statement: Pointer, at: number, value: bigint): number;
  sqlite3_bind_int(statement: Pointer, at: number, value: number): number;
  sqlite3_bind_double(statement: Pointer, at: number, value: number): number;
  sqlite3_bind_text(statement: Pointer, at: number, text: Pointer, bytes: number, free: number): number;
  sqlite3_bind_blob(statement: Pointer, at: number, blob: Pointer, bytes: number, free: number): number;
  sqlite3_column_count(statement: Pointer): number;
  sqlite3_column_name(statement: Pointer, at: number): Pointer;
  sqlite3_column_type(statement: Pointer, at: number): number;
  sqlite3_column_double(statement: Pointer, at: number): number;
  sqlite3_column_text(statement: Pointer, at: number): Pointer;
  sqlite3_column_blob(statement: Pointer, at: number): Pointer;
  sqlite3_column_bytes(statement: Pointer, at: number): number;
  sqlite3_randomness(bytes: number, into: Pointer): void;
}

interface Memory {
  readonly exports: Functions;
  /** All of it, as it is now: it moves when it grows. */
  heap8u(): Uint8Array<ArrayBuffer>;
  alloc(bytes: number): Pointer;
  dealloc(pointer: Pointer): void;
  allocCString(text: string): Pointer;
  cstrToJs(pointer: Pointer): string;
  peekPtr(pointer: Pointer): Pointer;
  pokePtr(pointer: Pointer, value: Pointer): void;
  poke32(pointer: Pointer, value: number): void;
  poke64(pointer: Pointer, value: bigint): void;
}

/** A structure of C's, by its fields; a pointer's name begins with `$`. */
interface Structure {
  pointer: Pointer;
  $iVersion: number;
  $szOsFile: number;
  $mxPathname: number;
}

type Method = (...values: never[]) => number;

interface Module {
  readonly wasm: Memory;
  readonly capi: {
    readonly sqlite3_vfs: new () => Structure;
    readonly sqlite3_io_methods: new () => Structure;
  };
  readonly vfs: {
    installVfs(parts: {
      io: { struct: Structure; methods: Readonly<Record<string, Method>> };
      vfs: { struct: Structure; methods: Readonly<Record<string, Method>>; name: string };
    }): void;
  };
}

/** SQLite as a module of this isolate. Everything in it is synchronous. */
export const sqlite = await (init as unknown as () => Promise<Module>)();
