/**
 * The raw probe of a disk: appends of 4 kB, each synced, then SQLite alone, committing batches of 1 kB rows. In a process
 * of its own, since a slower disk is had by what a process is started with.
 */
import { DatabaseSync } from "node:sqlite";

const [folder, rows, ms] = [Deno.args[0], Number(Deno.args[1]), Number(Deno.args[2])];

/** Times `act` takes place in a second. */
function perSecond(act: () => void): number {
  const startedMs = performance.now();
  let times = 0, tookMs = 0;
  for (; tookMs < ms; tookMs = performance.now() - startedMs) {
    act();
    times++;
  }
  return times / tookMs * 1000;
}

function syncs(): number {
  using file = Deno.openSync(`${folder}/probe`, { append: true, create: true });
  const bytes = new Uint8Array(4096);
  return perSecond(() => {
    file.writeSync(bytes);
    file.syncDataSync();
  });
}

function commits(): number {
  const database = new DatabaseSync(`${folder}/probe-${rows}.db`);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8192; " +
      "CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, bytes BLOB)",
  );
  const insert = database.prepare("INSERT INTO row (bytes) VALUES (?)");
  const bytes = crypto.getRandomValues(new Uint8Array(1024));
  const rate = perSecond(() => {
    database.exec("BEGIN IMMEDIATE");
    for (let row = 0; row < rows; row++) insert.run(bytes);
    database.exec("COMMIT");
  });
  database.close();
  return rate;
}

console.log(JSON.stringify({ syncsPerSecond: syncs(), commitsPerSecond: commits() }));
