import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { memoryFiles } from "../../../runtime/journal/memory_files.ts";
import { Reader } from "../../../runtime/journal/reader.ts";
import { prepareSchema } from "../../../runtime/journal/schema.ts";
import { Sealing } from "../../../runtime/journal/sealing.ts";
import { openReader, openWriter } from "../../../runtime/journal/sqlite_database.ts";
import { Writer } from "../../../runtime/journal/writer.ts";
import { fillMany, queriesOver } from "../../runtime/journal/many_messages.ts";
import { masterKey } from "../../world/master_key.ts";
import type { Bench } from "../bench.ts";
import { line } from "../report.ts";
import { said, spreadOf } from "../spread.ts";

/** What a person may wait for, in milliseconds. */
const BUDGET_MS = 100;

/** How long a search takes in a journal of a million messages, for every kind of query. */
export async function archive({ folder, count, rounds }: Bench): Promise<void> {
  const path = join(folder, "journal.db"), messages = count * 100;
  await fill(path, messages);
  const database = openReader(path);
  const reader = new Reader(database, new Sealing(database, masterKey, randomBytes), memoryFiles());
  for (const [says, query] of queriesOver(messages)) {
    let found = 0;
    const tookMs = Array.from({ length: rounds }, () => {
      const startedMs = performance.now();
      found = reader.answer({ ask: "list", query }).length;
      return performance.now() - startedMs;
    });
    const spread = spreadOf(tookMs);
    const verdict = spread.median <= BUDGET_MS ? "" : `  over ${BUDGET_MS} ms`;
    line(`messages ${says}`, `${said(spread, 1)} ms`, `${found} found${verdict}`);
  }
  database.close();
}

async function fill(path: string, messages: number): Promise<void> {
  const database = openWriter(path);
  prepareSchema(database);
  // Nothing of it must survive: the disk is not what is measured.
  database.exec("PRAGMA synchronous = OFF");
  const writer = new Writer(database, new Sealing(database, masterKey, randomBytes), memoryFiles());
  fillMany(writer, messages);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  const { size } = await Deno.stat(path);
  line(`a journal of ${messages} messages`, `${Math.round(size / messages)} bytes a message`);
}
