import { assertEquals } from "@std/assert";
import type { CloseBatch } from "../../../runtime/journal/operations.ts";
import type { Journal } from "../../../runtime/journal/journal.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, branchTo, journalOn, processOf, trouble } from "./entries.ts";

const encoder = new TextEncoder();

/** Messages of so many bytes that gather for `files`. */
async function gathered(store: MemoryStore, ...sizes: readonly number[]): Promise<Journal> {
  const journal = await journalOn(store);
  for (const [at, size] of sizes.entries()) {
    const append = appendOf({ body: new Uint8Array(size), receivedAtMs: 1000 + at });
    const appended = await journal.write(append);
    await journal.write(processOf(appended.seq, [branchTo("files", { gathers: true })]));
  }
  return journal;
}

function closing(upTo: number, members: number): CloseBatch {
  return {
    op: "closeBatch",
    channel: "lab",
    id: `batch-${upTo}`,
    atMs: 5000,
    type: "lines",
    payload: encoder.encode("joined"),
    branch: branchTo("files", { controlId: "" }),
    upTo,
    members,
  };
}

const where = { channel: "lab", destination: "files" } as const;

Deno.test("a page of what gathers is no larger than is asked for, unless it begins with a larger message", async () => {
  using store = new MemoryStore();
  const journal = await gathered(store, 30, 10, 10, 10);
  const page = async (after: number, bytesMax: number, limit = 10) =>
    (await journal.ask({ ask: "gathered", ...where, after, limit, bytesMax })).map(({ delivery }) =>
      delivery
    );
  assertEquals(await page(0, 20), [1]);
  assertEquals(await page(0, 50), [1, 2, 3]);
  assertEquals(await page(1, 20), [2, 3]);
  assertEquals(await page(1, 9), []);
  assertEquals(await page(0, 100, 2), [1, 2]);
});

Deno.test("a batch takes the members that were read, or none where others gather among them", async () => {
  using store = new MemoryStore();
  const journal = await gathered(store, 10, 10, 10);
  assertEquals(await journal.write(closing(2, 1)), null);
  assertEquals(await journal.write(closing(2, 3)), null);
  const closed = await journal.write(closing(2, 2));
  assertEquals(closed, { seq: 4, delivery: 4, sequence: 1 });
  assertEquals(
    (await journal.ask({ ask: "gathered", ...where, after: 0, limit: 9, bytesMax: 99 })).length,
    1,
  );
  const [batch] = await journal.ask({ ask: "outbox", ...where, after: 0, limit: 9 });
  assertEquals([batch.isBatch, batch.body], [true, encoder.encode("joined")]);
});

Deno.test("what gathers is found again with its size and the time of its first message; a closed batch counts once", async () => {
  using store = new MemoryStore();
  await (await gathered(store, 10, 20, 30)).write(closing(1, 1));
  const { found } = await journalOn(store);
  assertEquals(found.gathering, { "lab/files": { count: 2, bytes: 50, sinceMs: 1001 } });
  assertEquals([found.outboxes, found.bytes], [{ "lab/files": 1 }, 50 + "joined".length]);
});

Deno.test("members end with their batch, once: what ends it a second time changes nothing", async () => {
  using store = new MemoryStore();
  const journal = await gathered(store, 10, 10);
  const closed = (await journal.write(closing(2, 2)))!;
  const settle = {
    op: "settle",
    ...closed,
    attempts: 1,
    tellRest: false,
    isBatch: true,
  } as const;
  await journal.write({ ...settle, atMs: 6000, trouble });
  await journal.write({ ...settle, atMs: 7000 });
  const records = await journal.archive.list({ state: "quarantined" });
  assertEquals(
    records.map(({ deliveries: [{ settledAtMs, batch }] }) => [settledAtMs, batch]),
    [[6000, undefined], [6000, "batch-2"], [6000, "batch-2"]],
  );
});

Deno.test("what is dispersed is sent one by one, with a number for each, in order", async () => {
  using store = new MemoryStore();
  const journal = await gathered(store, 10, 10, 10);
  await journal.write(closing(1, 1));
  await journal.write({ op: "disperse", ...where });
  const rows = await journal.ask({ ask: "outbox", ...where, after: 0, limit: 9 });
  assertEquals(rows.map(({ delivery, sequence, isBatch }) => [delivery, sequence, isBatch]), [
    [2, 2, false],
    [3, 3, false],
    [4, 1, true],
  ]);
  assertEquals((await journal.ask({ ask: "pending" })).gathering, {});
});
