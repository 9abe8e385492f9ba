/** The memory that all listeners of a gateway share for what is not durable yet. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { IntakeMemory } from "../../../runtime/engine/intake_memory.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { settles } from "../../world/turns.ts";

const { lightBytesMax: light, lightIntakeBytesMax: lightMax, heavyIntakeBytesMax: heavyMax } = limits;
const heavy = 10 << 20;
const never = new AbortController().signal;

Deno.test("light readers wait for what is on its way into the journal, and not for documents that come slowly", async () => {
  const memory = new IntakeMemory();
  const slow = Array.from({ length: 10 }, () => memory.reading());
  for (const each of slow) each.holds(heavy, never);
  const reader = memory.reading();
  assertEquals(reader.holds(light, never), undefined);
  for (let bytes = 0; bytes < lightMax; bytes += light) memory.take(light);
  const room = reader.holds(0, never)!;
  assert(!await settles(room));
  memory.free(light);
  await room;
});

Deno.test("documents wait while the memory for them is used up, and go on as one becomes durable", async () => {
  const memory = new IntakeMemory();
  memory.take(heavyMax);
  const reader = memory.reading();
  assertEquals(reader.holds(light, never), undefined, "it is not heavy yet");
  const room = reader.holds(light + 1, never)!;
  assert(!await settles(room));
  memory.free(heavyMax);
  await room;
});

Deno.test("readers that use the memory up between them do not wait for each other: the oldest goes on", async () => {
  const memory = new IntakeMemory();
  const readers = Array.from({ length: 8 }, () => memory.reading());
  const rooms = readers.map((reader) => reader.holds(heavy, never));
  assertEquals(
    rooms.map((room) => room === undefined),
    rooms.map((_, at) => (at + 1) * heavy < heavyMax),
  );
  // However large it becomes.
  assertEquals(readers[0].holds(20 * heavy, never), undefined);
  // The second has to wait until the first is durable.
  const second = readers[1].holds(heavy + 1, never)!;
  memory.take(20 * heavy);
  readers[0][Symbol.dispose]();
  assert(!await settles(second));
  memory.free(20 * heavy);
  await second;
});

Deno.test("a reader that gives up waits no longer, and its memory is free", async () => {
  const memory = new IntakeMemory();
  memory.take(heavyMax);
  const [gone, reader] = [memory.reading(), memory.reading()];
  const giveUp = new AbortController();
  const room = gone.holds(heavy, giveUp.signal)!;
  giveUp.abort(new Error("gone"));
  await assertRejects(() => room, Error, "gone");
  await assertRejects(() => gone.holds(heavy, giveUp.signal)!, Error, "gone");
  gone[Symbol.dispose]();
  memory.free(heavyMax);
  assertEquals(memory.bytes, 0);
  assertEquals(reader.holds(heavy, never), undefined);
});

for (let seed = 1; seed <= 10; seed++) {
  Deno.test(`whatever comes in pieces, all of it passes, and memory stays within its bound (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    const memory = new IntakeMemory();
    const piece = 1 << 20, connections = 100, largest = 100 << 20;
    let passed = 0, most = 0;
    const journal: number[] = [];
    const connection = async () => {
      using reading = memory.reading();
      for (let message = 0; message < 5; message++) {
        const size = random.chance(0.5)
          ? random.below(light)
          : random.below(random.chance(0.05) ? largest : heavy);
        for (let held = 0; held < size; held += piece) await reading.holds(held, never);
        memory.take(size);
        journal.push(size);
        most = Math.max(most, memory.bytes);
        passed++;
        await reading.holds(0, never);
      }
    };
    const all = Promise.all(Array.from({ length: connections }, connection));
    let over = false;
    all.then(() => over = true);
    while (!over) {
      await Promise.resolve();
      if (random.chance(0.3) && journal.length > 0) memory.free(journal.shift()!);
      if (random.chance(0.01)) await settles(all, 1);
    }
    for (const size of journal) memory.free(size);
    assertEquals([passed, memory.bytes], [connections * 5, 0]);
    // A reading that hands over counts twice until it says so.
    const bound = lightMax + heavyMax + 2 * largest + connections * (light + piece);
    assert(most <= bound, `${most} of ${bound}`);
  });
}
