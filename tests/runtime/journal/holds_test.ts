import { assert, assertEquals } from "@std/assert";
import { MemoryStore } from "../../world/memory_store.ts";
import type { HeldMessages } from "../../../runtime/journal/holds.ts";
import { DAY_MS } from "../../../runtime/journal/sealing.ts";
import { appendOf, by, journalOn, processOf } from "./entries.ts";

const DAY = 20_000;

/** Messages of one day that are through; which of them retention leaves under a hold. */
async function keptUnder(held: HeldMessages): Promise<readonly number[]> {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const ids: string[] = [];
  for (let hour = 0; hour < 4; hour++) {
    const append = appendOf({
      answered: "positively",
      channel: hour < 2 ? "lab" : "ward",
      receivedAtMs: DAY * DAY_MS + hour * 3_600_000,
    });
    ids.push(append.id);
    const { seq } = await journal.write(append) as { readonly seq: number };
    await journal.write(processOf(seq, [], { found: [["patient", hour % 2 === 0 ? "100417" : "100532"]] }));
  }
  assertEquals(await journal.write({ op: "addHold", name: "case", ...held, by, atMs: 1 }), { changed: true });
  const left = async () => {
    for (const channel of ["lab", "ward"]) {
      await journal.write({ op: "carry", channel, day: DAY, toDay: DAY + 40, limit: 100 });
      await journal.write({ op: "dropKeys", channel, day: DAY });
      await journal.write({ op: "carry", channel, day: DAY + 40, toDay: DAY + 50, limit: 100 });
      await journal.write({ op: "dropKeys", channel, day: DAY + 40 });
      for (const day of [DAY, DAY + 40]) await journal.write({ op: "prune", channel, day, limit: 100 });
    }
    const records = await journal.archive.list({});
    return records.map(({ id }) => ids.indexOf(id)).sort();
  };
  const kept = await left();
  await journal.write({ op: "liftHold", name: "case", by, atMs: 2 });
  for (const channel of ["lab", "ward"]) {
    assertEquals(await journal.write({ op: "dropKeys", channel, day: DAY + 50 }), { dropped: true });
  }
  return kept;
}

Deno.test("a hold keeps what matches all it says, and nothing else; once it is lifted, that goes, too", async () => {
  assertEquals(await keptUnder({}), [0, 1, 2, 3]);
  assertEquals(await keptUnder({ channel: "lab" }), [0, 1]);
  assertEquals(await keptUnder({ field: ["patient", "100417"] }), [0, 2]);
  assertEquals(await keptUnder({ channel: "ward", field: ["patient", "100417"] }), [2]);
  const second = DAY * DAY_MS + 3_600_000;
  assertEquals(await keptUnder({ sinceMs: second, untilMs: second + 1 }), [1]);
  assertEquals(await keptUnder({ untilMs: DAY * DAY_MS }), []);
});

Deno.test("a hold is there when the journal is opened again, with who placed it and why, sealed", async () => {
  using store = new MemoryStore();
  const before = await journalOn(store);
  const held = { channel: "lab", sinceMs: 5, field: ["patient", "100417"] as const };
  const add = { op: "addHold", name: "case-7", ...held, by, atMs: 7 } as const;
  assertEquals(await before.write(add), { changed: true });
  assertEquals(await before.write({ ...add, channel: "ward" }), { changed: false });
  const journal = await journalOn(store);
  assertEquals(await journal.archive.holds(), [{ name: "case-7", ...held, atMs: 7, ...by }]);
  const rows = JSON.stringify(
    store.database.prepare("SELECT name, person, CAST(sealed AS TEXT) FROM hold").all(),
  );
  assert(!rows.includes("100417") && !rows.includes(by.reason));
  assertEquals(await journal.write({ op: "liftHold", name: "case-7", by, atMs: 8 }), { changed: true });
  assertEquals(await journal.write({ op: "liftHold", name: "case-7", by, atMs: 9 }), { changed: false });
  assertEquals(await journal.archive.holds(), []);
  const acts = await journal.archive.acts({});
  assertEquals(acts.map(({ act, person, reason }) => [act, person, reason]), [
    ["lifted hold case-7", by.person, by.reason],
    ["placed hold case-7", by.person, by.reason],
  ]);
});
