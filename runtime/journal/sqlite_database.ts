import { backup, DatabaseSync } from "node:sqlite";
import type { Database, Row, SqlValue } from "./database.ts";
import { rewriteLog } from "./disk_log.ts";
import { prepareWriterFile } from "./writer_file.ts";

/** Opens the file for the one writer, whatever an earlier one has left. */
export function openWriter(path: string): Database {
  rewriteLog(`${path}-wal`);
  const database = wrap(new DatabaseSync(path));
  try {
    prepareWriterFile(database);
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** Opens the file beside its writer. */
export function openReader(path: string): Database {
  const database = wrap(new DatabaseSync(path, { readOnly: true }));
  database.exec("PRAGMA cache_size = -4096; PRAGMA query_only = ON");
  return database;
}

/**
 * Copies a database as it is at one moment into an empty file, while others write. In one step, which is one read
 * transaction: in several it would begin anew after each commit. The copy is one file, without a write-ahead log.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(source, to, { rate: PAGES_MAX });
  } finally {
    source.close();
  }
  const copy = new DatabaseSync(to);
  try {
    copy.exec("PRAGMA journal_mode = DELETE");
  } finally {
    copy.close();
  }
}

/** A database for temporary tables: SQLite puts what does not fit in its cache into a file that nobody sees. */
export function openScratch(): Database {
  const database = wrap(new DatabaseSync(":memory:"));
  database.exec("PRAGMA temp_store = FILE; PRAGMA temp.cache_size = -16384");
  return database;
}

const PAGES_MAX = 2 ** 31 - 1;

/**
 * Holds the data folder for this process: a lock the operating system drops when the process dies, however it dies.
 * Throws where another process holds it.
 */
export function holdFolder(path: string): Database {
  const database = wrap(new DatabaseSync(path));
  try {
    database.exec("PRAGMA journal_mode = DELETE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw cause;
  }
  return database;
}

function wrap(sqlite: DatabaseSync): Database {
  return {
    exec: (sql) => sqlite.exec(sql),
    prepare(sql) {
      const statement = sqlite.prepare(sql);
      return {
        run(...values: SqlValue[]) {
          const { changes, lastInsertRowid } = statement.run(...values);
          return { changes: Number(changes), lastId: Number(lastInsertRowid) };
        },
        get: (...values: SqlValue[]) => statement.get(...values) as Row | undefined,
        all: (...values: SqlValue[]) => statement.all(...values) as Row[],
      };
    },
    close: () => sqlite.close(),
  };
}
