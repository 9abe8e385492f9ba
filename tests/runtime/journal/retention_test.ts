import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { LARGE_BYTES } from "../../../runtime/journal/large_bodies.ts";
import type { Journal } from "../../../runtime/journal/journal.ts";
import { DAY_MS } from "../../../runtime/journal/sealing.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, branchTo, by, journalOn, processOf, trouble } from "./entries.ts";

const DAY = 20_000;
const at = (day: number) => day * DAY_MS + 1000;

/** Received, processed for one destination, and delivered there. */
async function delivered(journal: Journal, day: number, body?: Uint8Array): Promise<string> {
  const append = appendOf({ receivedAtMs: at(day), ...(body ? { body } : {}) });
  const { seq } = await journal.write({ ...append, body: await journal.keep(append.body) });
  const payload = new Uint8Array([1]);
  const [{ delivery }] = await journal.write(processOf(seq, [{ ...branchTo("ehr"), payload }]));
  await journal.write({
    op: "settle",
    seq,
    delivery,
    attempts: 1,
    atMs: at(day),
    tellRest: false,
    answer: new TextEncoder().encode("AA"),
  });
  return append.id;
}

async function prune(journal: Journal, day: number): Promise<number> {
  for (let carried = 2; carried === 2;) {
    carried = (await journal.write({ op: "carry", channel: "lab", day, toDay: DAY + 40, limit: 2 })).messages;
  }
  assertEquals(await journal.write({ op: "dropKeys", channel: "lab", day }), { dropped: true });
  let all = 0;
  for (let pruned = 2; pruned === 2; all += pruned) {
    pruned = (await journal.write({ op: "prune", channel: "lab", day, limit: 2 })).messages;
  }
  return all;
}

Deno.test("a day is unreadable once its keys are gone, before any row is, and other days are not", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const old = await delivered(journal, DAY);
  const young = await delivered(journal, DAY + 1);
  assertEquals(await journal.write({ op: "dropKeys", channel: "lab", day: DAY }), { dropped: true });
  await journal.ask({ ask: "forgetKeys" });
  const error = await assertRejects(() => journal.archive.show(old), MitralError);
  assertEquals(error.code, "JOURNAL_BODY_DAMAGED");
  assertEquals((await journal.archive.show(young))?.payloads[0].answer, new TextEncoder().encode("AA"));
});

Deno.test("what is removed leaves no row and no file, and what says so in the index goes with it", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  for (let count = 0; count < 5; count++) await delivered(journal, DAY, new Uint8Array(LARGE_BYTES + 1));
  const kept = await delivered(journal, DAY + 1, new Uint8Array(LARGE_BYTES + 1));
  assertEquals(await prune(journal, DAY), 5);
  for (const table of ["message", "delivery"]) assertEquals(store.count(`SELECT count(*) FROM ${table}`), 1);
  assertEquals([store.count("SELECT count(*) FROM body"), [...store.files.names()].length], [2, 1]);
  assertEquals(await journal.ask({ ask: "days", before: DAY + 1 }), []);
  const { gone, last } = await journal.ask({ ask: "unfound", after: [0, 0, 0], limit: 100 });
  assertEquals([gone.length, last], [10, null]);
  await journal.write({ op: "sweepFound", rows: gone });
  assertEquals(store.count("SELECT count(*) FROM found"), 2);
  assertEquals((await journal.archive.show(kept))?.received.length, LARGE_BYTES + 1);
});

Deno.test("what is not through, in quarantine or under a hold outlives its day", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  await delivered(journal, DAY);
  const waiting = appendOf({ receivedAtMs: at(DAY) });
  await journal.write(waiting);
  const refused = appendOf({ receivedAtMs: at(DAY), trouble });
  await journal.write(refused);
  const queued = appendOf({ receivedAtMs: at(DAY) });
  const { seq } = await journal.write(queued);
  await journal.write(processOf(seq, [{ ...branchTo("ehr"), payload: new Uint8Array([7]) }]));
  const held = await delivered(journal, DAY);
  store.database.exec(
    `INSERT INTO hold (name, field, blind) SELECT 'case', field, blind FROM found WHERE seq =
     (SELECT seq FROM message WHERE id = '${held}') LIMIT 1`,
  );
  assertEquals(await journal.write({ op: "dropKeys", channel: "lab", day: DAY }), { dropped: false });
  assertEquals(await prune(journal, DAY), 1);
  await journal.ask({ ask: "forgetKeys" });
  for (const { id, body } of [waiting, refused, queued]) {
    assertEquals((await journal.archive.show(id))?.received, body);
  }
  const [payload] = (await journal.archive.show(held))!.payloads;
  assertEquals([payload.bytes, payload.answer], [new Uint8Array([1]), new TextEncoder().encode("AA")]);
  // What comes to it later is sealed with it.
  const [row] = await journal.ask({ ask: "outbox", channel: "lab", destination: "ehr", after: 0, limit: 9 });
  const answer = new TextEncoder().encode("late");
  const settle = { op: "settle", seq, delivery: row.delivery, attempts: 1, tellRest: false } as const;
  await journal.write({ ...settle, atMs: at(DAY + 50), answer });
  assertEquals(store.count(`SELECT count(*) FROM data_key WHERE day = ${DAY}`), 0);
  assertEquals((await journal.archive.show(queued.id))?.payloads[0].answer, answer);
});

Deno.test("what has lost its keys is not put back, and what is not through is not removed with it", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const old = await delivered(journal, DAY);
  const seq = (await journal.ask({ ask: "seqOf", id: old }))!;
  await journal.write({ op: "dropKeys", channel: "lab", day: DAY });
  const replay = { op: "replay", seq, destination: "ehr", force: true, by, atMs: at(DAY + 40) } as const;
  assertEquals(await journal.write(replay), { kind: "nothing" });
  // The clock was wrong, and was set back.
  const fresh = appendOf({ receivedAtMs: at(DAY) });
  await journal.write(fresh);
  const { messages } = await journal.write({ op: "prune", channel: "lab", day: DAY, limit: 9 });
  assertEquals(messages, 1);
  assertEquals((await journal.archive.show(fresh.id))?.received, fresh.body);
  assertEquals((await journal.write(replay)).kind, "nothing");
});

Deno.test("an act on a message that was removed meanwhile does nothing, and the journal goes on", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const seq = (await journal.ask({ ask: "seqOf", id: await delivered(journal, DAY) }))!;
  await prune(journal, DAY);
  const act = { seq, by, atMs: at(DAY + 40) } as const;
  assertEquals(await journal.write({ op: "release", ...act }), []);
  assertEquals(await journal.write({ op: "cancel", deliveries: [], ...act }), {
    message: false,
    deliveries: [],
  });
  assertEquals(journal.condition, "open");
});

Deno.test("numbers of what was sent go on after all of it is gone", async () => {
  using store = new MemoryStore();
  const before = await journalOn(store);
  await delivered(before, DAY);
  await prune(before, DAY);
  const after = await journalOn(store);
  const { seq } = await after.write(appendOf());
  const [{ sequence, delivery }] = await after.write(processOf(seq, [branchTo("ehr")]));
  assertEquals([seq, sequence, delivery], [2, 2, 2]);
});
