/** A value as SQLite keeps it. */
export type SqlValue = string | number | bigint | Uint8Array | null;
/** One row by column name. */
export type Row = Record<string, SqlValue>;

/** A prepared statement. */
export interface Statement {
  run(...values: SqlValue[]): { changes: number; lastId: number };
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
}

/**
 * The port the journal's SQL stands on: SQLite's dialect, synchronous, one connection. `COMMIT` MUST NOT return before
 * what it covers survives a power cut. Implemented by `node:sqlite` in a thread; a simulator brings another.
 */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Statements by name. */
export type Statements<S> = { readonly [K in keyof S]: Statement };

/** Prepares each once. */
export function prepareAll<S extends Readonly<Record<string, string>>>(
  database: Database,
  statements: S,
): Statements<S> {
  const all = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(all) as Statements<S>;
}
