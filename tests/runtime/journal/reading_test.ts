import { assertEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { LARGE_BYTES, writeLarge } from "../../../runtime/journal/large_bodies.ts";
import { memoryFiles } from "../../../runtime/journal/memory_files.ts";
import { Reader } from "../../../runtime/journal/reader.ts";
import { prepareSchema } from "../../../runtime/journal/schema.ts";
import { DAY_MS, Sealing } from "../../../runtime/journal/sealing.ts";
import { openReader, openWriter } from "../../../runtime/journal/sqlite_database.ts";
import { Writer } from "../../../runtime/journal/writer.ts";
import { masterKey } from "../../world/master_key.ts";
import { appendOf } from "./entries.ts";

Deno.test("a page of a queue is read whole, though a day is closed while large bodies of it are read", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/journal.db`, files = memoryFiles();
  const [from, to] = [openWriter(path), openReader(path)];
  try {
    prepareSchema(from);
    const writer = new Writer(from, new Sealing(from, masterKey, randomBytes), files);
    const large = writeLarge(new Uint8Array(LARGE_BYTES + 1), files, randomBytes);
    const old = appendOf({ receivedAtMs: DAY_MS });
    writer.apply([{ ...appendOf({ receivedAtMs: 2 * DAY_MS }), body: large }, old]);
    const reader = new Reader(to, new Sealing(to, masterKey, randomBytes), {
      ...files,
      open(name) {
        const day = { channel: "lab", day: 1 };
        writer.apply([{ op: "carry", ...day, toDay: 40, limit: 9 }, { op: "dropKeys", ...day }]);
        return files.open(name);
      },
    });
    const rows = reader.answer({ ask: "inbox", channel: "lab", after: 0, limit: 9 });
    assertEquals(rows.map(({ body }) => body?.length), [LARGE_BYTES + 1, old.body.length]);
  } finally {
    to.close();
    from.close();
    await Deno.remove(folder, { recursive: true });
  }
});
