import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Retention } from "../../../runtime/engine/retention.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { DAY_MS } from "../../../runtime/journal/sealing.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { masterKey } from "../../world/master_key.ts";
import { appendOf, deaf } from "../journal/entries.ts";

const DAY = 20_000;
const COUNT = 250, BYTES = 60_000;

/** A journal on disk full of messages that are through and over their time; lets them go, and says what is left. */
async function pruned(meanwhile: (path: string, prune: () => Promise<unknown>) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "journal.db");
    const journal = await Journal.open(denoWorld, folder, deaf, sqliteStore(masterKey));
    const receivedAtMs = DAY * DAY_MS;
    const body = new Uint8Array(BYTES);
    for (let count = 0; count < COUNT; count++) {
      await journal.write(appendOf({ receivedAtMs, place: "filtered", answered: "positively", body }));
    }
    const retention = new Retention({
      keeper: { journal },
      clock: { ...denoWorld.clock, nowMs: () => (DAY + 40) * DAY_MS },
      keepDaysOf: () => 30,
      report() {},
    });
    const sizes = async () => ({
      database: (await Deno.stat(path)).size,
      log: (await Deno.stat(`${path}-wal`)).size,
    });
    const before = await sizes();
    await meanwhile(path, async () => {
      assertEquals(await retention.run(), { removed: COUNT, carried: 0 });
    });
    // What comes next finds a journal that works.
    await journal.write(appendOf({ receivedAtMs: (DAY + 40) * DAY_MS }));
    const after = await sizes();
    await journal.close();
    return { before, after, closed: (await Deno.stat(path)).size };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the space of messages that went is given back to the disk, all of it, and the log with it", async () => {
  const { before, after } = await pruned((_, prune) => prune().then(() => {}));
  assert(before.database + before.log > COUNT * BYTES);
  assert(after.database < 1_000_000, `the database still has ${after.database} bytes`);
  assert(after.log < 1_000_000, `the log still has ${after.log} bytes`);
});

Deno.test("messages go although somebody reads, and their space does once nobody reads any more", async () => {
  const { closed } = await pruned(async (path, prune) => {
    const reader = new DatabaseSync(path, { readOnly: true });
    reader.exec("BEGIN");
    const count = () => reader.prepare("SELECT count(*) AS count FROM message").get()!.count;
    assertEquals(count(), COUNT);
    await prune();
    assertEquals(count(), COUNT);
    reader.close();
  });
  assert(closed < 1_000_000, `the database still has ${closed} bytes`);
});
