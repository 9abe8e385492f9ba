/** What a store on disk says of itself before it is trusted again. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { MitralError } from "../../../runtime/contract/error.ts";
import { checkDatabase } from "../../../runtime/journal/check.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { masterKey } from "../../world/master_key.ts";
import { appendOf, deaf } from "./entries.ts";

const openStore = sqliteStore(masterKey);

async function withJournal(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const journal = await Journal.open(denoWorld, folder, deaf, openStore);
    await Promise.all(Array.from({ length: 200 }, () => journal.write(appendOf())));
    await journal.close();
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a journal that is whole passes its check, and is written to all the same", () =>
  withJournal(async (folder) => {
    const store = await openStore(denoWorld, folder);
    const wal = () => Deno.statSync(`${folder}/journal.db-wal`).size;
    const before = wal();
    await store.check();
    assertEquals(wal() > before, true, "nothing was written");
    assertEquals((await store.ask({ ask: "pending" })).inboxes, { lab: 200 });
    await store.close();
  }));

Deno.test("a journal with a page of rubbish is damaged", () =>
  withJournal(async (folder) => {
    using file = await Deno.open(`${folder}/journal.db`, { write: true });
    const { size } = await file.stat();
    await file.seek(size - 4096 * 2, Deno.SeekMode.Start);
    await file.write(new Uint8Array(4096).fill(0x5a));
    const store = await openStore(denoWorld, folder);
    assertEquals((await assertRejects(() => store.check(), MitralError)).code, "JOURNAL_DAMAGED");
    await store.close();
  }));

for (
  const [finding, code] of [
    ["Tree 2 page 3: unable to get the page. error code=10", undefined],
    ["Tree 2 page 3: unable to get the page. error code=266", undefined],
    ["Freelist: failed to get page 7", undefined],
    ["Tree 2 page 3: btreeInitPage() returns error code 11", "JOURNAL_DAMAGED"],
    ["Tree 2 page 3 cell 0: Rowid 5 out of order", "JOURNAL_DAMAGED"],
    ["row 7 missing from index message_id", "JOURNAL_DAMAGED"],
  ] as const
) {
  Deno.test(`a check that finds ${JSON.stringify(finding)} says ${code ?? "that the disk could not be read"}`, () => {
    const prepare = () => ({ get: () => ({ quick_check: `*** in database main ***\n${finding}` }) });
    const cause = assertThrows(() => checkDatabase({ prepare, exec() {}, close() {} } as never), Error);
    assertEquals((cause as MitralError).code, code);
    if (!code) assertStringIncludes(cause.message, "disk I/O error");
  });
}

Deno.test("what cannot be written to does not pass", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE t (x); PRAGMA query_only = ON");
  const exec = (sql: string) => database.exec(sql);
  const readOnly = { exec, prepare: (sql: string) => database.prepare(sql), close() {} };
  let said = "";
  try {
    checkDatabase(readOnly as never);
  } catch (cause) {
    said = (cause as Error).message;
  }
  assertEquals(said, "attempt to write a readonly database");
});

Deno.test("a store whose thread has died is closed, and its folder is free for another", () =>
  withJournal(async (folder) => {
    const threads: { die(): void }[] = [];
    const world = {
      ...denoWorld,
      spawn: {
        ...denoWorld.spawn,
        thread(url: URL) {
          const thread = denoWorld.spawn.thread(url);
          threads.push({
            die() {
              thread.terminate();
              thread.died(new Error("out of memory"));
            },
          });
          return thread;
        },
      },
    };
    const journal = await Journal.open(world, folder, deaf, openStore);
    for (const thread of threads) thread.die();
    assertEquals(
      (await assertRejects(() => journal.write(appendOf()), MitralError)).facts.reason,
      "its thread died",
    );
    await assertRejects(() => journal.close(), MitralError);
    const next = await Journal.open(denoWorld, folder, deaf, openStore);
    assertEquals(next.found.inboxes, { lab: 200 });
    await next.close();
  }));
