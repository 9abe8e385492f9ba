import { assert, assertEquals } from "@std/assert";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, branchTo, by, journalOn, processOf, trouble } from "./entries.ts";

const place = { channel: "lab", destination: "ehr" } as const;

Deno.test("what people do is listed newest first, by channel, destination, person and time, page by page", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const stand = { op: "stand", ...place, change: { paused: true } } as const;
  await journal.write({ ...stand, by, atMs: 10 });
  await journal.write({ ...stand, destination: "bills", change: { divertTo: "ehr" }, by, atMs: 20 });
  await journal.write({ ...stand, channel: "adt", by: { person: "bob" }, atMs: 30 });
  await journal.write({ op: "holdSenders", held: false, by: { person: "bob" }, atMs: 40 });
  const listed = async (query: Parameters<typeof journal.archive.acts>[0]) =>
    (await journal.archive.acts(query)).map(({ id }) => id);
  assertEquals(await journal.archive.acts({ channel: "lab" }), [
    { id: 2, atMs: 20, ...by, act: "diverted to ehr", channel: "lab", destination: "bills" },
    { id: 1, atMs: 10, ...by, act: "paused", channel: "lab", destination: "ehr" },
  ]);
  assertEquals(await journal.archive.acts({ sinceMs: 40 }), [
    { id: 4, atMs: 40, person: "bob", act: "released all senders" },
  ]);
  assertEquals(await listed({}), [4, 3, 2, 1]);
  assertEquals(await listed({ limit: 2, before: 4 }), [3, 2]);
  assertEquals(await listed(place), [1]);
  assertEquals(await listed({ person: "bob", untilMs: 40 }), [3]);
  assertEquals(await listed({ channel: "none" }), []);
});

Deno.test("what was done to a message stands in its history, with who and why, in the commit that did it", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const append = appendOf();
  const { seq } = await journal.write(append);
  const [{ delivery }] = await journal.write(processOf(seq, [branchTo("ehr")]));
  const settle = { op: "settle", seq, delivery, attempts: 1, atMs: 5000, tellRest: false } as const;
  await journal.write({ ...settle, trouble, holds: true });
  await journal.write({ op: "release", seq, by, atMs: 6000 });
  await journal.write({ op: "replay", seq, force: false, by, atMs: 7000 });
  await journal.write({ ...settle, atMs: 8000, trouble, ended: { how: "skipped", by } });
  const kept = (await journal.archive.show(append.id))!;
  assertEquals(kept.history.filter(({ event }) => event !== "received").map(({ atMs: _, ...each }) => each), [
    { event: "quarantined", destination: "ehr", code: trouble.code },
    { event: "released", destination: "ehr", ...by },
    { event: "replayed", destination: "ehr", ...by },
    { event: "quarantined", destination: "ehr", code: trouble.code },
    { event: "skipped", destination: "ehr", ...by },
  ]);
  const [act] = await journal.archive.acts({ limit: 1 });
  assertEquals([act.message, act.act, act.destination], [append.id, "skipped", "ehr"]);
});

Deno.test("a reason is sealed: the file does not hold it, and without the key of its day it is gone", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const reason = "DOE^JANE was sent twice";
  await journal.write({
    op: "stand",
    ...place,
    change: { paused: true },
    by: { person: "ann", reason },
    atMs: 1,
  });
  assertEquals((await journal.archive.acts({}))[0].reason, reason);
  const [{ reason: sealed }] = store.database.prepare("SELECT reason FROM act").all();
  assert(!new TextDecoder("latin1").decode(sealed as Uint8Array).includes("DOE"));
  store.database.exec("DELETE FROM data_key");
  const later = await journalOn(store);
  const [{ person, reason: lost }] = await later.archive.acts({});
  assertEquals([person, lost], ["ann", undefined]);
});

Deno.test("a batch that somebody asked for says who", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq } = await journal.write(appendOf());
  await journal.write(processOf(seq, [branchTo("files", { gathers: true })]));
  await journal.write({
    op: "closeBatch",
    channel: "lab",
    id: "batch",
    atMs: 5000,
    type: "lines",
    payload: new TextEncoder().encode("joined"),
    branch: branchTo("files", { controlId: "" }),
    by,
    upTo: 1,
    members: 1,
  });
  const [act] = await journal.archive.acts({});
  assertEquals([act.act, act.destination, act.message, act.reason], ["flushed", "files", "batch", by.reason]);
});
