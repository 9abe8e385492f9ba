import type { Database } from "./database.ts";

/** Prepares the file for its one writer. 8 MB of cache is as fast as 64 and saves the difference. */
export function prepareWriterFile(database: Database): void {
  database.exec(
    `PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8192; PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF`,
  );
}
