import { assertEquals } from "@std/assert";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, branchTo, by, journalOn, processOf, trouble } from "./entries.ts";

const states = (store: MemoryStore, table: "message" | "delivery") =>
  store.database.prepare(`SELECT state FROM ${table} ORDER BY 1`).all().map(({ state }) => Number(state));

Deno.test("what is queued or in quarantine is cancelled, and what has ended stays as it is", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq } = await journal.write(appendOf());
  const placed = await journal.write(processOf(seq, ["a", "b", "c"].map((name) => branchTo(name))));
  const [queued, kept, sent] = placed.map(({ delivery }) => delivery);
  const settle = { op: "settle", seq, attempts: 1, atMs: 1, tellRest: false } as const;
  await journal.write({ ...settle, delivery: kept, trouble, holds: true });
  await journal.write({ ...settle, delivery: sent });
  assertEquals(
    (await journal.ask({ ask: "cancellable", seq })).deliveries.map(({ destination, queued }) => [
      destination,
      queued,
    ]),
    [["a", true], ["b", false]],
  );
  const cancel = { op: "cancel", seq, queued: true, by, atMs: 9 } as const;
  assertEquals(await journal.write({ ...cancel, deliveries: [queued, kept, sent] }), {
    message: false,
    deliveries: [queued, kept],
  });
  assertEquals(await journal.write({ ...cancel, deliveries: [queued] }), { message: false, deliveries: [] });
  assertEquals(states(store, "delivery"), [1, 4, 4]);
  assertEquals(await journal.ask({ ask: "held", channel: "lab", destination: "b" }), []);
  assertEquals((await journal.archive.acts({})).map(({ act, destination }) => [act, destination]), [
    ["cancelled", "b"],
    ["cancelled", "a"],
  ]);
  const { found } = await journalOn(store);
  assertEquals([found.outboxes, found.bytes], [{}, 0]);
});

Deno.test("a message in quarantine is cancelled itself, and one that is not stays as it is", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const kept = await journal.write(appendOf({ trouble }));
  const { seq } = await journal.write(appendOf());
  const cancel = { op: "cancel", deliveries: [], by, atMs: 9 } as const;
  assertEquals((await journal.write({ ...cancel, seq: kept.seq })).message, true);
  assertEquals((await journal.write({ ...cancel, seq })).message, false);
  assertEquals(states(store, "message"), [0, 5]);
  assertEquals((await journal.archive.list({ state: "cancelled" })).length, 1);
});

Deno.test("a cancelled delivery counts as refused where all destinations are waited for", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq } = await journal.write(appendOf());
  const [a, b] = await journal.write(processOf(seq, [branchTo("a"), branchTo("b")]));
  const settle = { op: "settle", seq, attempts: 0, atMs: 1, tellRest: true } as const;
  const ended = { how: "cancelled", by } as const;
  const { rest } = await journal.write({ ...settle, delivery: a.delivery, ended });
  assertEquals(rest, { queued: 1, quarantined: 1 });
  assertEquals((await journal.write({ ...settle, delivery: b.delivery })).rest, {
    queued: 0,
    quarantined: 1,
  });
  assertEquals(store.count("SELECT answered FROM message"), 2);
});

Deno.test("what becomes of a batch that is cancelled becomes of its members", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  for (let member = 0; member < 2; member++) {
    const { seq } = await journal.write(appendOf());
    await journal.write(processOf(seq, [branchTo("files", { gathers: true })]));
  }
  const batch = await journal.write({
    op: "closeBatch",
    channel: "lab",
    id: "batch",
    atMs: 5000,
    type: "lines",
    payload: new TextEncoder().encode("joined"),
    branch: branchTo("files", { controlId: "" }),
    upTo: 2,
    members: 2,
  });
  const { seq, delivery } = batch!;
  await journal.write({ op: "cancel", seq, deliveries: [delivery], queued: true, by, atMs: 9 });
  assertEquals(states(store, "delivery"), [4, 4, 4]);
  const refused = await journal.write({ op: "replay", seq, destination: "files", force: true, by, atMs: 10 });
  assertEquals(refused, { kind: "nothing" });
});
