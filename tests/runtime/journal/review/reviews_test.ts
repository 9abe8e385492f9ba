import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { Journal } from "../../../../runtime/journal/journal.ts";
import type { ReviewChanged } from "../../../../runtime/journal/review/operations.ts";
import { DAY_MS } from "../../../../runtime/journal/sealing.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { appendOf, branchTo, by, holdOf, journalOn, processOf } from "../entries.ts";

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

async function held(journal: Journal, change: Partial<ReturnType<typeof appendOf>> = {}) {
  const append = appendOf(change);
  const { seq } = await journal.write(append);
  await journal.write(holdOf(seq));
  return { seq, id: append.id, size: append.body.length };
}

function changeOf(seq: number, change: Partial<ReviewChanged> = {}): ReviewChanged {
  return {
    op: "reviewChanged",
    ...{ seq, atMs: 5000, by, revision: 1, kind: "invoice", doubts: 0 },
    act: { did: "approved" },
    approvedBy: ["ann"],
    isDecided: true,
    ...change,
  };
}

const inbox = async (journal: Journal) =>
  (await journal.ask({ ask: "inbox", channel: "lab", after: 0, limit: 10 })).map(({ seq }) => seq);
const queue = (journal: Journal, state: "waiting" | "approved" | "rejected" = "waiting") =>
  journal.ask({ ask: "reviews", state, limit: 10 });

Deno.test("a message that is held leaves the inbox, and is there again once it was approved", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq, id, size } = await held(journal);
  // A line that starts anew may do it again.
  await journal.write(holdOf(seq, { doubts: 9 }));
  assertEquals(await inbox(journal), []);
  assertEquals((await queue(journal)).map(({ id, doubts, revision }) => [id, doubts, revision]), [[
    id,
    3,
    1,
  ]]);
  assertEquals(await journal.ask({ ask: "decided", id }), undefined);
  assertEquals((await journal.ask({ ask: "pending" })).bytes, 0);

  assertEquals(await journal.write(changeOf(seq, { document: bytes("decided") })), { kind: "changed", size });
  assertEquals(await inbox(journal), [seq]);
  assertEquals(text(await journal.ask({ ask: "decided", id })), "decided");
  assertEquals((await journal.ask({ ask: "pending" })).inboxes, { lab: 1 });
  await journal.write(processOf(seq, [branchTo("ehr")]));
  // Neither is it held again, nor decided again.
  await journal.write(holdOf(seq));
  assertEquals(await journal.write(changeOf(seq, { revision: 2 })), { kind: "over" });
  assertEquals((await journal.archive.show(id))!.state, "processed");
});

Deno.test("a decision is taken on what was seen, and only while the document waits", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq, id } = await held(journal);
  const set = changeOf(seq, { act: { did: "set", path: "total" }, isDecided: false, document: bytes("set") });
  assertEquals((await journal.write({ ...set, approvedBy: [] })).kind, "changed");
  assertEquals(await journal.write(set), { kind: "stale" });
  const reject = { act: { did: "rejected", disposition: "misdirected" }, isDecided: false } as const;
  assertEquals((await journal.write(changeOf(seq, { ...reject, revision: 2 }))).kind, "changed");
  assertEquals(await journal.write(changeOf(seq, { revision: 3 })), { kind: "over" });
  assertEquals(await journal.write(changeOf(99)), { kind: "over" });
  assertEquals((await journal.archive.show(id))!.state, "cancelled");

  const content = (await journal.ask({ ask: "review", id: id.slice(0, -1) }))!;
  assertEquals([text(content.read), text(content.document), content.disposition, content.setBy], [
    `{"read":${seq}}`,
    "set",
    "misdirected",
    by.person,
  ]);
  assertEquals(content.steps.map(({ act, by }) => [act, by]), [
    [{ did: "set", path: "total" }, by],
    [{ did: "rejected", disposition: "misdirected" }, by],
  ]);
  // A person's words, and who they are, are in the ledger without what was typed.
  const { entries } = await journal.ask({ ask: "entries", from: 1, limit: 10 });
  assertEquals(entries.map(({ entry: { kind, act, by } }) => [kind, act, by]), [
    ["received", undefined, undefined],
    ["act", "set value total", by.person],
    ["act", "rejected document as misdirected", by.person],
  ]);
});

Deno.test("nothing of a document can be read beside the journal", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq } = await held(journal);
  await journal.write(changeOf(seq, { document: bytes("INGRID BAXTER") }));
  const rows = store.database.prepare("SELECT * FROM review").all();
  const shown = JSON.stringify(
    rows,
    (_, value) => value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value,
  );
  assertEquals([shown.includes("BAXTER"), shown.includes('"read\\"')], [false, false]);
  // What is sealed as one opens as nothing else.
  store.database.prepare("UPDATE review SET read = document").run();
  const error = await assertRejects(() => journal.ask({ ask: "review", id: "id-" }), MitralError);
  assertEquals(error.code, "JOURNAL_BODY_DAMAGED");
});

Deno.test("a document that waits outlives its day, and what was decided goes with its message", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const day = 20_000, receivedAtMs = day * DAY_MS;
  const { seq, id } = await held(journal, { receivedAtMs });
  const of = { channel: "lab", day } as const;
  assertEquals(await journal.write({ op: "dropKeys", ...of }), { dropped: false });
  await journal.write({ op: "carry", ...of, toDay: day + 1, limit: 9 });
  assertEquals(await journal.write({ op: "dropKeys", ...of }), { dropped: true });
  await journal.ask({ ask: "forgetKeys" });
  assertEquals(text((await journal.ask({ ask: "review", id }))!.document), `{"read":${seq}}`);

  const reject = { act: { did: "rejected", disposition: "unreadable" }, isDecided: false } as const;
  await journal.write(changeOf(seq, reject));
  await journal.write({ op: "dropKeys", ...of, day: day + 1 });
  assertEquals((await journal.write({ op: "prune", ...of, day: day + 1, limit: 9 })).messages, 1);
  assertEquals(store.count("SELECT count(*) FROM review"), 0);
});

Deno.test("what became of values outlives the documents, and counts once", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const figure = { template: "t", field: "total", read: 1, accepted: 0, confirmed: 0, corrected: 1 };
  const { seq } = await held(journal);
  await journal.write(changeOf(seq, { counts: [figure] }));
  await journal.write(changeOf(seq, { counts: [figure] }));
  const sure = { ...figure, accepted: 1, corrected: 0 };
  const other = await journal.write(appendOf());
  for (let again = 0; again < 2; again++) {
    await journal.write(processOf(other.seq, [branchTo("ehr")], { counts: [sure] }));
  }
  assertEquals(await journal.ask({ ask: "corrections" }), [{ ...figure, read: 2, accepted: 1 }]);
});

Deno.test("what waits is found by its state, and by what its format knew of it", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq } = await journal.write(appendOf());
  await journal.write(holdOf(seq, { found: [["invoice", "I-1"]] }));
  assertEquals((await journal.archive.list({ state: "reviewing" })).length, 1);
  assertEquals((await journal.archive.list({ fields: { invoice: "I-1" } })).length, 1);
  assertEquals((await journal.ask({ ask: "cancellable", seq })).message, true);
  const cancelled = await journal.write({ op: "cancel", seq, deliveries: [], by, atMs: 9 });
  assertEquals(
    [cancelled.message, (await queue(journal)).length, (await queue(journal, "rejected")).length],
    [
      true,
      0,
      1,
    ],
  );
});
