import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { simulate } from "./simulate.ts";

/** Schedules that are run each time. More: `deno task simulate`. */
const SEEDS = 100;

Deno.test(`nothing acknowledged is lost, reordered or repeated for no reason (${SEEDS} schedules)`, async () => {
  let lives = 0, acknowledged = 0, repeats = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await simulate(seed);
    assertEquals(result.violations, [], `seed ${seed}`);
    lives += result.lives;
    acknowledged += result.acknowledged;
    repeats += result.repeats;
  }
  assert(lives > 3 * SEEDS, "hardly anything was cut short: this proves little");
  assert(acknowledged > 10 * SEEDS, "hardly anything was sent: this proves little");
  assert(repeats > 0, "no outcome was lost in a crash: this proves little");
});

Deno.test("the same seed gives the same run to the byte, whatever ran before, and another seed another", async () => {
  const told = async (seed: number) => {
    const lines: string[] = [];
    const { checksum } = await simulate(seed, { say: (line) => lines.push(line) });
    return { checksum, lines };
  };
  const first = await told(7);
  await simulate(8);
  const again = await told(7);
  assertEquals(again.lines, first.lines);
  assertEquals(again.checksum, first.checksum);
  assertNotEquals((await told(8)).checksum, first.checksum);
});
