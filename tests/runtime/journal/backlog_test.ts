import { assert, assertEquals } from "@std/assert";
import { backlogSql } from "../../../runtime/journal/backlog.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, branchTo, holdOf, journalOn, processOf, trouble } from "./entries.ts";

Deno.test("the journal tells since when something waits, in every queue that is not empty", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const append = async (receivedAtMs: number, change: Partial<ReturnType<typeof appendOf>> = {}) =>
    (await journal.write(appendOf({ receivedAtMs, answered: "positively", ...change }))).seq;
  const settle = { op: "settle", attempts: 1, atMs: 900, tellRest: false } as const;

  const delivered = await append(100);
  const [first] = await journal.write(processOf(delivered, [branchTo("ehr")]));
  await journal.write({ ...settle, seq: delivered, delivery: first.delivery });
  const [held, quarantined] = await journal.write(
    processOf(await append(200), [branchTo("ehr"), branchTo("registry")]),
  );
  await journal.write({ ...settle, seq: 2, delivery: held.delivery, trouble, holds: true });
  await journal.write({ ...settle, seq: 2, delivery: quarantined.delivery, trouble });
  await journal.write(processOf(await append(300), [branchTo("ehr"), branchTo("night", { gathers: true })]));
  await journal.write(processOf(await append(350), [branchTo("ehr"), branchTo("night", { gathers: true })]));
  await append(400, { channel: "bills", answered: undefined });
  await append(500);
  await append(600, { channel: "bills" });
  await append(700, { channel: "parts", place: "gathering" });
  await append(800, { trouble });
  await journal.write(holdOf(await append(850, { channel: "faxes" })));

  assertEquals(await journal.ask({ ask: "oldest" }), {
    inbox: { bills: 400, lab: 500 },
    pieces: { parts: 700 },
    reviews: { faxes: 850 },
    quarantinedMessages: { lab: 800 },
    unanswered: { bills: 400 },
    outbox: { "lab/ehr": 300 },
    gathering: { "lab/night": 300 },
    quarantinedDeliveries: { "lab/ehr": 200, "lab/registry": 200 },
    held: { "lab/ehr": 200 },
  });
});

Deno.test("the journal counts what waits in slices, each from where the one before ended", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  for (let n = 0; n < 5; n++) await journal.write(appendOf({ trouble }));
  const slice = (after: number, owner = "lab") =>
    journal.ask({ ask: "count", of: "quarantinedMessages", owner, after, limit: 3 });
  const first = await slice(0);
  assertEquals(first.count, 3);
  const second = await slice(first.last);
  assertEquals(second.count, 2);
  assertEquals(await slice(second.last), { count: 0, last: second.last });
  assertEquals(await slice(0, "absent"), { count: 0, last: 0 });
});

Deno.test("the journal looks at what waits by an index of that alone, and scans no table", () => {
  using store = new MemoryStore();
  const indexes = /_(inbox|gathering|reviewing|quarantined|unanswered|outbox|held) /;
  for (const sql of backlogSql) {
    const plan = store.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) =>
      String(detail)
    );
    const steps = plan.filter((step) => /\b(message|delivery)\b/.test(step));
    const [first, ...others] = steps;
    assert(/^SEARCH \w+ USING (COVERING )?INDEX/.test(first) && indexes.test(first), `${sql}\n${first}`);
    for (const step of others) {
      assert(step.includes("USING INTEGER PRIMARY KEY (rowid=?)"), `${sql}\n${step}`);
    }
    assert(!plan.some((step) => step.includes("TEMP B-TREE")), plan.join("\n"));
  }
});
