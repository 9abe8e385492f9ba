import { assertEquals } from "@std/assert";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, branchTo, journalOn, processOf, trouble } from "./entries.ts";

const settleOf = (seq: number, delivery: number) =>
  ({
    op: "settle",
    seq,
    delivery,
    attempts: 1,
    atMs: 1,
    tellRest: true,
  }) as const;

Deno.test("a journal that is opened again finds everything undone, and counts it", async () => {
  using store = new MemoryStore();
  const before = await journalOn(store);
  const [waiting, processed, done, broken] = [appendOf(), appendOf(), appendOf(), appendOf()];
  const [, second, third, fourth] = await Promise.all(
    [waiting, processed, done, broken].map((append) => before.write(append)),
  );
  const payload = new TextEncoder().encode("changed");
  const [one] = await before.write(processOf(second.seq, [branchTo("ehr", { payload, keys: ["a", "b"] })]));
  const [two] = await before.write(processOf(third.seq, [branchTo("ehr"), branchTo("bills")]));
  await before.write(settleOf(third.seq, two.delivery));
  await before.write({ op: "quarantine", seq: fourth.seq, trouble });
  await before.write({ op: "attempted", delivery: one.delivery, attempts: 3, trouble });
  await before.close();

  const { found, ...after } = await opened(store);
  assertEquals([found.inboxes, found.outboxes], [{ lab: 1 }, { "lab/ehr": 1, "lab/bills": 1 }]);
  assertEquals(found.bytes, waiting.body.length + payload.length + done.body.length);
  assertEquals(after.inbox.map(({ id, body, origin }) => [id, body, origin]), [
    [waiting.id, waiting.body, waiting.origin],
  ]);
  assertEquals(
    after.ehr.map(({ id, body, keys, attempts, sequence }) => [id, body, keys, attempts, sequence]),
    [
      [processed.id, payload, ["a", "b"], 3, 1],
    ],
  );
  assertEquals(after.bills.map(({ id, body }) => [id, body]), [[done.id, done.body]]);
});

async function opened(store: MemoryStore) {
  const journal = await journalOn(store);
  const page = { channel: "lab", after: 0, limit: 100 };
  return {
    found: journal.found,
    inbox: await journal.ask({ ask: "inbox", ...page }),
    ehr: await journal.ask({ ask: "outbox", destination: "ehr", ...page }),
    bills: await journal.ask({ ask: "outbox", destination: "bills", ...page }),
  };
}

Deno.test("a message that is processed again keeps the deliveries it has, with their ids and sequence", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq } = await journal.write(appendOf());
  const process = processOf(seq, [branchTo("ehr"), branchTo("bills")]);
  const first = await journal.write(process);
  assertEquals(await journal.write(process), first);
  await journal.write(settleOf(seq, first[0].delivery));
  assertEquals(await journal.write(process), first);
  assertEquals(store.count("SELECT count(*) FROM delivery"), 2);
  assertEquals(store.count("SELECT count(*) FROM delivery WHERE state = 0"), 1);
});

Deno.test("a delivery is settled once: what comes later changes nothing", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const { seq } = await journal.write(appendOf());
  const [{ delivery }] = await journal.write(processOf(seq, [branchTo("ehr")]));
  assertEquals((await journal.write(settleOf(seq, delivery))).rest, { queued: 0, quarantined: 0 });
  assertEquals((await journal.write({ ...settleOf(seq, delivery), trouble })).rest, {
    queued: 0,
    quarantined: 0,
  });
});

Deno.test("sequence numbers grow by one for each destination, and go on after a restart", async () => {
  using store = new MemoryStore();
  const sequences: number[] = [];
  for (let life = 0; life < 2; life++) {
    const journal = await journalOn(store);
    for (let at = 0; at < 3; at++) {
      const { seq } = await journal.write(appendOf());
      const branches = at === 1 ? [branchTo("bills")] : [branchTo("ehr"), branchTo("bills")];
      const processed = await journal.write(processOf(seq, branches));
      if (at !== 1) sequences.push(processed[0].sequence);
    }
    await journal.close();
  }
  assertEquals(sequences, [1, 2, 3, 4]);
});

Deno.test("pages come in order, after a position, and no longer than asked for", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  for (let at = 0; at < 10; at++) await journal.write(appendOf({ channel: at % 2 ? "odd" : "even" }));
  const page = await journal.ask({ ask: "inbox", channel: "odd", after: 4, limit: 2 });
  assertEquals(page.map(({ seq }) => seq), [6, 8]);
  assertEquals(await journal.ask({ ask: "inbox", channel: "none", after: 0, limit: 2 }), []);
});
