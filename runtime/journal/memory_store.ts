import { checkDatabase } from "./check.ts";
import type { World } from "../contract/world.ts";
import { masterKeyOf } from "../trust/master_key.ts";
import { writeLarge } from "./large_bodies.ts";
import { memoryFiles } from "./memory_files.ts";
import { Reader } from "./reader.ts";
import { prepareSchema } from "./schema.ts";
import { Sealing } from "./sealing.ts";
import { openWriter } from "./sqlite_database.ts";
import type { Store } from "./store.ts";
import { Writer } from "./writer.ts";

/**
 * The journal's own SQL over a database in memory, in this thread: for trying a gateway out. Nothing is durable, and
 * nothing is left when it is closed.
 */
export async function openMemoryStore({ random }: Pick<World, "random">): Promise<Store> {
  const database = openWriter(":memory:");
  prepareSchema(database);
  const bytes = (length: number) => random.bytes(length);
  const sealing = new Sealing(database, await masterKeyOf(random.bytes(32), "random"), bytes);
  const files = memoryFiles();
  const writer = new Writer(database, sealing, files);
  const reader = new Reader(database, sealing, files);
  return {
    indexKey: sealing.indexKey,
    commit: async (operations) => writer.apply(operations),
    ask: async (question) => reader.answer(question),
    check: async () => checkDatabase(database),
    keep: async (body) => writeLarge(body, files, bytes),
    close: async () => database.close(),
  };
}
