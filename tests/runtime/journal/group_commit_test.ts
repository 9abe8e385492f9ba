import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Append, Appended } from "../../../runtime/journal/operations.ts";
import type { Journal } from "../../../runtime/journal/journal.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { settles } from "../../world/turns.ts";
import { appendOf, journalOn } from "./entries.ts";

const sizes = (store: MemoryStore) => store.commits.map((operations) => operations.length);
const ids = (store: MemoryStore) => store.commits.flat().map((operation) => (operation as Append).id);

Deno.test("operations that arrive while a commit is under way are the next commit, in the order of the calls", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const letGo = store.hold();
  const first = journal.write(appendOf());
  await store.asked(() => true);
  const appends = Array.from({ length: 50 }, () => appendOf());
  const rest = appends.map((append) => journal.write(append));
  assert(!await settles(Promise.race([first, ...rest])));
  assertEquals(sizes(store), [1]);
  letGo();
  const results = await Promise.all(rest);
  assertEquals(sizes(store), [1, 50]);
  assertEquals(ids(store).slice(1), appends.map(({ id }) => id));
  assertEquals(results.map(({ seq }) => seq), Array.from({ length: 50 }, (_, at) => 2 + at));
});

Deno.test("each caller gets the result of its own operation", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const append = appendOf({ controlId: "X", sameness: { kind: "exact", windowMs: 1000 } });
  const results: Appended[] = await Promise.all([
    journal.write(append),
    journal.write(appendOf()),
    journal.write({ ...append, id: "other" }),
  ]);
  assertEquals(results.map(({ kind, seq }) => [kind, seq]), [["appended", 1], ["appended", 2], [
    "pending",
    1,
  ]]);
});

Deno.test("a commit holds a bounded number of operations and of bytes", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  await Promise.all(Array.from({ length: 5000 }, () => journal.write(appendOf())));
  assertEquals(sizes(store), [2048, 2048, 904]);
  store.commits.length = 0;
  const body = new Uint8Array(1 << 20);
  await Promise.all(Array.from({ length: 10 }, () => journal.write(appendOf({ body }))));
  assertEquals(sizes(store), [4, 4, 2]);
});

Deno.test("an operation nobody waits for is committed without company, and with it where there is some", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  await journal.write(appendOf(), "patient");
  assertEquals(sizes(store), [1]);
  await Promise.all([journal.write(appendOf(), "patient"), journal.write(appendOf())]);
  assertEquals(sizes(store), [1, 2]);
});

/** Writes twice, the second time a little after the first is durable. */
async function writeTwice(journal: Journal, laterTurns: number): Promise<void> {
  await journal.write(appendOf());
  for (let turn = 0; turn < laterTurns; turn++) await Promise.resolve();
  await journal.write(appendOf());
}

Deno.test("a commit waits for all the last one let go where a sync takes long, and not where it takes no time", async () => {
  for (const { syncMs, expected } of [{ syncMs: 10, expected: [4, 4] }, { syncMs: 0, expected: [4, 1, 3] }]) {
    using store = new MemoryStore();
    const journal = await journalOn(store, {}, { syncMs });
    await Promise.all([0, 20, 20, 20].map((turns) => writeTwice(journal, turns)));
    assertEquals(sizes(store), expected);
  }
});

Deno.test("a commit does not wait on for one that does not come back", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store, {}, { syncMs: 10 });
  await Promise.all([journal.write(appendOf()), writeTwice(journal, 0)]);
  assertEquals(sizes(store), [2, 1]);
});

Deno.test("a commit that fails poisons the journal: it, what waits and what comes later all reject by code", async () => {
  using store = new MemoryStore();
  const failures: string[] = [];
  const journal = await journalOn(store, { failed: ({ code }) => void failures.push(code) });
  const letGo = store.hold();
  const first = journal.write(appendOf());
  await store.asked(() => true);
  const second = journal.write(appendOf());
  store.failure = new Error("disk full");
  letGo();
  for (const write of [first, second, journal.write(appendOf())]) {
    assertEquals((await assertRejects(() => write, MitralError)).code, "JOURNAL_STORE_FAILED");
  }
  store.failure = undefined;
  assertEquals(
    (await assertRejects(() => journal.write(appendOf()), MitralError)).code,
    "JOURNAL_STORE_FAILED",
  );
  assertEquals([journal.condition, failures], ["failed", ["JOURNAL_STORE_FAILED"]]);
  assertEquals(store.count("SELECT count(*) FROM message"), 0);
  assertEquals(store.commits.length, 1);
  await journal.close();
});

Deno.test("a batch that fails half way leaves nothing of itself", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const same = appendOf();
  const writes = [journal.write(appendOf({ channel: "new" })), journal.write(same), journal.write(same)];
  for (const write of writes) await assertRejects(() => write, MitralError);
  assertEquals(store.count("SELECT count(*) FROM message"), 0);
  assertEquals(store.count("SELECT count(*) FROM name WHERE text = 'new'"), 0);
});

Deno.test("closing waits for what was written, and takes nothing more", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const letGo = store.hold();
  const written = journal.write(appendOf(), "patient");
  const closed = journal.close();
  const again = journal.close();
  assert(!await settles(Promise.race([closed, again])));
  assertEquals((await assertRejects(() => journal.write(appendOf()), MitralError)).code, "JOURNAL_CLOSED");
  assertEquals(
    (await assertRejects(() => journal.ask({ ask: "pending" }), MitralError)).code,
    "JOURNAL_CLOSED",
  );
  letGo();
  await closed;
  assertEquals((await written).kind, "appended");
  assertEquals(journal.condition, "closed");
});

Deno.test("every commit is reported with its size, and every change of what is left to do", async () => {
  using store = new MemoryStore();
  const committed: number[] = [], weighed: number[] = [];
  const journal = await journalOn(store, {
    committed: (operations) => void committed.push(operations),
    weighed: (bytes) => void weighed.push(bytes),
  });
  await Promise.all([journal.write(appendOf()), journal.write(appendOf())]);
  journal.countPending(10);
  journal.countPending(-4);
  assertEquals([committed, weighed, journal.pendingBytes], [[2], [10, 6], 6]);
});
