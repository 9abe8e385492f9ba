import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Exchanged, Range, Receipted } from "../../../runtime/journal/exchanged.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { journalOn } from "./entries.ts";

const sent = { way: "sent", gateway: "lab.example", feed: "results", epoch: 1 } as const;
const word = (sequence: number, receipt: Receipted = "accepted", feed: Partial<Exchanged> = {}) =>
  ({ op: "exchanged", exchanged: { ...sent, ...feed, sequence, receipt } }) as const;

Deno.test("what was exchanged is kept as ranges, by way, feed and epoch, and is there after a restart", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  for (const sequence of [1, 2, 4, 3, 9, 8]) await journal.write(word(sequence));
  await journal.write(word(5, "rejected"));
  await journal.write(word(1, "accepted", { way: "received" }));
  await journal.write(word(7, "accepted", { epoch: 2 }));
  await journal.write(word(7, "accepted", { gateway: "other.example" }));
  const found = await (await journalOn(store)).ask({ ask: "exchanged", gateway: "lab.example" });
  assertEquals(found.map(({ way, epoch, accepted, rejected }) => [way, epoch, accepted, rejected]), [
    ["received", 1, [[1, 1]], []],
    ["sent", 1, [[1, 4], [8, 9]], [[5, 5]]],
    ["sent", 2, [[7, 7]], []],
  ]);
});

Deno.test("a later receipt for a number counts, and what was agreed is not kept singly", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  for (let sequence = 1; sequence <= 6; sequence++) await journal.write(word(sequence, "rejected"));
  await journal.write(word(3));
  await journal.write({ op: "forgetExchanged", feed: sent, upTo: 4 });
  await journal.write(word(2));
  const [{ accepted, rejected, agreedUpTo }] = await journal.ask({
    ask: "exchanged",
    gateway: "lab.example",
  });
  assertEquals([accepted, rejected, agreedUpTo], [[], [[5, 6]], 4]);
});

Deno.test("whatever comes in whatever order, the ranges say the last word for each number", async () => {
  const words = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom("accepted", "rejected")), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(words, async (said) => {
      using store = new MemoryStore();
      const journal = await journalOn(store);
      const last = new Map<number, string>();
      for (const [sequence, receipt] of said) {
        await journal.write(word(sequence, receipt as Receipted));
        last.set(sequence, receipt);
      }
      const [found] = await journal.ask({ ask: "exchanged", gateway: "lab.example" });
      for (const receipt of ["accepted", "rejected"] as const) {
        const expected = [...last].filter(([, word]) => word === receipt).map(([sequence]) => sequence);
        assertEquals(found?.[receipt] ?? [], asRanges(expected));
      }
    }),
    { numRuns: 60 },
  );
});

function asRanges(numbers: readonly number[]): Range[] {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const before = ranges.at(-1);
    if (before?.[1] === number - 1) before[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}
