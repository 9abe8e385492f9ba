import { checkDatabase } from "./check.ts";
import { Reader } from "./reader.ts";
import { prepareSchema } from "./schema.ts";
import { openWriter } from "./sqlite_database.ts";
import type { Store } from "./store.ts";
import { Writer } from "./writer.ts";

/**
 * The journal's own SQL over a database in memory, in this thread: for trying a gateway out. Nothing is durable, and
 * nothing is left when it is closed.
 */
export async function openMemoryStore(): Promise<Store> {
  const database = openWriter(":memory:");
  prepareSchema(database);
  const writer = new Writer(database);
  const reader = new Reader(database);
  return {
    commit: async (operations) => writer.apply(operations),
    ask: async (question) => reader.answer(question),
    check: async () => checkDatabase(database),
    close: async () => database.close(),
  };
}
