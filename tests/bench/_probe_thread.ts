/// <reference lib="deno.worker" />
/** The raw probe of the disk: SQLite alone, in a thread, committing batches of 1 kB rows. */
import { DatabaseSync } from "node:sqlite";

self.onmessage = (event: MessageEvent<{ path: string; rows: number; ms: number }>) => {
  const { path, rows, ms } = event.data;
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8192; " +
      "CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, bytes BLOB)",
  );
  const insert = database.prepare("INSERT INTO row (bytes) VALUES (?)");
  const bytes = crypto.getRandomValues(new Uint8Array(1024));
  const startedMs = performance.now();
  let commits = 0;
  while (performance.now() - startedMs < ms) {
    database.exec("BEGIN IMMEDIATE");
    for (let row = 0; row < rows; row++) insert.run(bytes);
    database.exec("COMMIT");
    commits++;
  }
  const tookMs = performance.now() - startedMs;
  database.close();
  self.postMessage({ rowsPerSecond: commits * rows / tookMs * 1000, commitMs: tookMs / commits });
};
