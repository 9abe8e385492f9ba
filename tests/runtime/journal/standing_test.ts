import { assertEquals } from "@std/assert";
import { MemoryStore } from "../../world/memory_store.ts";
import { by, journalOn } from "./entries.ts";

Deno.test("how destinations stand is there when the journal is opened again, and one change leaves the other alone", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  assertEquals([journal.found.standings, journal.found.sendersHeld], [{}, false]);
  const stand = { op: "stand", channel: "lab", destination: "ehr", by, atMs: 1 } as const;
  await journal.write({ ...stand, change: { divertTo: "standby" } });
  await journal.write({ ...stand, change: { paused: true } });
  await journal.write({ ...stand, destination: "bills", change: { paused: true } });
  await journal.write({ op: "holdSenders", held: true, by, atMs: 1 });
  const { found } = await journalOn(store);
  assertEquals(found.standings, {
    "lab/ehr": { paused: true, divertTo: "standby" },
    "lab/bills": { paused: true },
  });
  assertEquals(found.sendersHeld, true);
});

Deno.test("a destination of which nothing is set any more stands as one that nobody touched", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const stand = { op: "stand", channel: "lab", destination: "ehr", by, atMs: 1 } as const;
  await journal.write({ ...stand, change: { divertTo: "standby" } });
  await journal.write({ ...stand, change: { paused: true } });
  await journal.write({ ...stand, change: { divertTo: null } });
  assertEquals((await journalOn(store)).found.standings, { "lab/ehr": { paused: true } });
  const again = await journalOn(store);
  await again.write({ ...stand, change: { paused: false } });
  await again.write({ op: "holdSenders", held: false, by, atMs: 1 });
  const { standings, sendersHeld } = (await journalOn(store)).found;
  assertEquals([standings, sendersHeld], [{}, false]);
});
