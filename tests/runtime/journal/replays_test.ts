import { assertEquals } from "@std/assert";
import type { Journal } from "../../../runtime/journal/journal.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, branchTo, journalOn, processOf, trouble } from "./entries.ts";

const by = { person: "ann" };
const settled = { op: "settle", attempts: 1, atMs: 900, tellRest: false } as const;

/** A message with one delivery of a key, which is delivered, refused, or waits. */
async function delivery(
  journal: Journal,
  key: string,
  end: "delivered" | "quarantined" | "queued" = "delivered",
): Promise<{ seq: number; delivery: number }> {
  const { seq } = await journal.write(appendOf());
  const [{ delivery }] = await journal.write(processOf(seq, [branchTo("ehr", { keys: [key] })]));
  if (end !== "queued") {
    await journal.write({ ...settled, seq, delivery, ...(end === "quarantined" ? { trouble } : {}) });
  }
  return { seq, delivery };
}

Deno.test("newer deliveries of keys are read in slices, up to the last there is", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { delivery: first } = await delivery(journal, "a", "quarantined");
  const a = await delivery(journal, "a"), b = await delivery(journal, "b", "queued");
  await delivery(journal, "other");
  store.database.exec("INSERT INTO sqlite_sequence SELECT 'delivery', 0 WHERE FALSE");
  store.database.exec("UPDATE sqlite_sequence SET seq = 12000 WHERE name = 'delivery'");
  const far = await delivery(journal, "b");
  const keys = { "lab/ehr": ["a", "b"], "lab/other": ["a"] };
  const near = await journal.ask({ ask: "newer", keys, after: first });
  assertEquals(near.delivered, [["lab/ehr", "a", a.delivery]]);
  assertEquals(near.waiting, [["lab/ehr", "b", b.delivery]]);
  assertEquals(near.isEnd, false);
  const next = await journal.ask({ ask: "newer", keys, after: near.upTo });
  assertEquals([next.delivered, next.upTo, next.isEnd], [
    [["lab/ehr", "b", far.delivery]],
    far.delivery,
    true,
  ]);
  const none = await journal.ask({ ask: "newer", keys, after: next.upTo });
  assertEquals(none, { upTo: next.upTo, isEnd: true, delivered: [], waiting: [] });
});

Deno.test("the one writer looks only at what came after what was read, and at what waited then", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq, delivery: first } = await delivery(journal, "a", "quarantined");
  const waiting = await delivery(journal, "a", "queued");
  const replay = (newer: { upTo: number; waiting: readonly number[] }) =>
    journal.write({ op: "replay", seq, force: false, newer, by, atMs: 1 });
  await journal.write({ ...settled, ...waiting });
  // Were it to look at all of them, it would see this one whatever it is told.
  assertEquals((await replay({ upTo: waiting.delivery, waiting: [waiting.delivery] })).kind, "overtaken");
  assertEquals((await replay({ upTo: first, waiting: [] })).kind, "overtaken");
  assertEquals((await replay({ upTo: waiting.delivery, waiting: [] })).kind, "outbox");
});

Deno.test("what the one writer looks for among newer deliveries it finds by their ids", () => {
  using store = new MemoryStore();
  const plan = store.database.prepare(
    `EXPLAIN QUERY PLAN SELECT id, keys FROM delivery WHERE destination = ? AND id > ? AND state = 1
     AND id <> ifnull(?, 0)`,
  ).all(1, 1, null);
  assertEquals(plan.map(({ detail }) => detail), ["SEARCH delivery USING INTEGER PRIMARY KEY (rowid>?)"]);
});

Deno.test("a payload that is corrected twice leaves the first and the last, and both go with their message", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq, delivery: id } = await delivery(journal, "a", "quarantined");
  const bodies = () => store.count("SELECT count(*) FROM body");
  for (const text of ["one", "two"]) {
    const payload = new TextEncoder().encode(text);
    const corrected = await journal.write({
      op: "correct",
      seq,
      delivery: id,
      payload,
      contentType: "text/x-note",
      controlId: text,
      force: true,
      by,
      atMs: 1,
    });
    assertEquals(corrected.kind, "outbox");
    await journal.write({ ...settled, seq, delivery: id, trouble });
  }
  assertEquals(bodies(), 2);
  const [{ id: message }] = await journal.archive.list({});
  const { received, payloads: [payload], deliveries: [{ replays }] } = (await journal.archive.show(message))!;
  assertEquals([new TextDecoder().decode(payload.bytes), payload.before, replays], ["two", received, 2]);
  await journal.write({ ...settled, seq, delivery: id, trouble });
  await journal.write({ op: "carry", channel: "lab", day: 0, toDay: 9, limit: 10 });
  await journal.write({ op: "dropKeys", channel: "lab", day: 0 });
  await journal.ask({ ask: "forgetKeys" });
  assertEquals((await journal.archive.show(message))!.payloads[0].before, received);
  await journal.write({ op: "cancel", seq, deliveries: [id], by, atMs: 1 });
  await journal.write({ op: "prune", channel: "lab", day: 9, limit: 10 });
  assertEquals(bodies(), 0);
});
