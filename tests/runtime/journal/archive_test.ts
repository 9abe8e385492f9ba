import { assertEquals } from "@std/assert";
import type { Journal } from "../../../runtime/journal/journal.ts";
import type { MessageQuery } from "../../../runtime/journal/records.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, branchTo, journalOn, processOf, trouble } from "./entries.ts";

/** Five messages: delivered, in quarantine at a destination, waiting, filtered, in quarantine itself. */
async function filled(store: MemoryStore): Promise<Journal> {
  const journal = await journalOn(store);
  const rows = [
    { id: "m1", channel: "lab", type: "ORU", controlId: "C1", receivedAtMs: 100 },
    { id: "m2", channel: "lab", type: "ORU", controlId: "C2", receivedAtMs: 200 },
    { id: "m3", channel: "bills", type: "DFT", controlId: "C1", receivedAtMs: 300 },
    { id: "m4", channel: "lab", type: "ADT", controlId: "C4", receivedAtMs: 400 },
    { id: "m5", channel: "lab", type: "ADT", controlId: "C5", receivedAtMs: 500, trouble },
  ];
  for (const row of rows) await journal.write(appendOf(row));
  const payload = new TextEncoder().encode("changed");
  const [one] = await journal.write(processOf(1, [branchTo("ehr", { payload })]));
  const [two] = await journal.write(processOf(2, [branchTo("ehr"), branchTo("other")]));
  await journal.write(processOf(4, []));
  const settle = {
    op: "settle",
    attempts: 2,
    atMs: 900,
    tellRest: false,
  } as const;
  await journal.write({ ...settle, seq: 1, delivery: one.delivery, answer: new TextEncoder().encode("AA") });
  await journal.write({ op: "attempted", delivery: two.delivery, attempts: 1, trouble });
  await journal.write({ ...settle, seq: 2, delivery: two.delivery, trouble });
  return journal;
}

const queries: [string, MessageQuery, string[]][] = [
  ["everything, newest first", {}, ["m5", "m4", "m3", "m2", "m1"]],
  ["a channel", { channel: "bills" }, ["m3"]],
  ["a channel there is not", { channel: "none" }, []],
  ["a type", { type: "ORU" }, ["m2", "m1"]],
  ["a control id", { controlId: "C1" }, ["m3", "m1"]],
  ["a time", { sinceMs: 200, untilMs: 400 }, ["m3", "m2"]],
  ["messages that wait", { state: "received" }, ["m3"]],
  ["messages that are filtered", { state: "filtered" }, ["m4"]],
  ["messages with a delivery that waits", { state: "queued" }, ["m2"]],
  ["messages with a delivery that arrived", { state: "delivered" }, ["m1"]],
  ["quarantine, of messages and of deliveries", { state: "quarantined" }, ["m5", "m2"]],
  ["all words at once", { channel: "lab", type: "ORU", state: "quarantined" }, ["m2"]],
  ["a page", { limit: 2 }, ["m5", "m4"]],
  ["the next page", { limit: 2, before: "m4" }, ["m3", "m2"]],
];

for (const [says, query, expected] of queries) {
  Deno.test(`the archive lists ${says}`, async () => {
    using store = new MemoryStore();
    const { archive } = await filled(store);
    assertEquals((await archive.list(query)).map(({ id }) => id), expected);
  });
}

Deno.test("the archive tells a message with its deliveries", async () => {
  using store = new MemoryStore();
  const { archive } = await filled(store);
  const [record] = await archive.list({ controlId: "C2" });
  assertEquals(record, {
    id: "m2",
    channel: "lab",
    receivedAtMs: 200,
    origin: { adapter: "hand", peer: "here" },
    controlId: "C2",
    type: "ORU",
    contentType: "text/x-note",
    bytes: record.bytes,
    state: "processed",
    deliveries: [
      {
        destination: "ehr",
        state: "quarantined",
        attempts: 2,
        bytes: record.bytes,
        settledAtMs: 900,
        trouble,
      },
      { destination: "other", state: "queued", attempts: 0, bytes: record.bytes },
    ],
  });
});

Deno.test("the archive shows a message with its bytes, its payloads, its answers and what happened", async () => {
  using store = new MemoryStore();
  const { archive } = await filled(store);
  const shown = (await archive.show("m1"))!;
  const text = (bytes?: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(text(shown.received).startsWith("body "), true);
  assertEquals(
    shown.payloads.map(({ destination, bytes, answer }) => [destination, text(bytes), text(answer)]),
    [
      ["ehr", "changed", "AA"],
    ],
  );
  const refused = (await archive.show("m2"))!;
  assertEquals(
    refused.history.map(({ event, destination, code }) => [event, destination, code]),
    [
      ["received", undefined, undefined],
      ["quarantined", "ehr", trouble.code],
      ["attempted", "ehr", trouble.code],
    ],
  );
  assertEquals(refused.history.map(({ atMs }) => atMs), [200, 900, trouble.atMs]);
});

Deno.test("the archive finds a message by a shortened id as long as it is unique", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  for (const id of ["019a-1111", "019a-1222", "019b-1333"]) await journal.write(appendOf({ id }));
  const { archive } = journal;
  assertEquals((await archive.show("019a-11"))?.id, "019a-1111");
  assertEquals((await archive.show("019a-1111"))?.id, "019a-1111");
  assertEquals(await archive.show("019a-1"), undefined);
  assertEquals(await archive.show("019c"), undefined);
});
