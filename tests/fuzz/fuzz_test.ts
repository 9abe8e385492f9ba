import { assert, assertEquals } from "@std/assert";
import { attempt, shrunk } from "./attempt.ts";
import { Inputs } from "./mutate.ts";
import { bytesOf, type Target, textOf } from "./target.ts";
import { targets } from "./targets/mod.ts";

const INPUTS = 150;

for (const target of targets) {
  Deno.test(`${target.name} refuses or reads whatever it is given, and keeps its laws`, async () => {
    const inputs = new Inputs(target, 20260215);
    for (let number = 0; number < INPUTS; number++) {
      const input = inputs.at(number), finding = await attempt(target, input);
      assertEquals(finding?.trace, undefined, `input ${number}: ${input.toHex().slice(0, 4_000)}`);
    }
  });
}

const broken: Target = {
  name: "broken",
  seeds: ["a long text with a flaw in it"],
  words: ["flaw"],
  attempt(input) {
    if (textOf(input).includes("flaw")) throw new TypeError("3 flaws");
  },
};

Deno.test("a finding is made as small as it goes, and stays the same finding", async () => {
  const input = bytesOf(broken.seeds[0] as string), finding = await attempt(broken, input);
  assert(finding !== undefined && finding.signature.startsWith("TypeError: # flaws"), finding?.signature);
  assertEquals(textOf(await shrunk(broken, input, finding)), "flaw");
});

Deno.test("an input is the same for the same seed and number, and most are different", () => {
  const all = (seed: number) =>
    Array.from({ length: 300 }, (_, number) => new Inputs(targets[0], seed).at(number).toHex());
  assertEquals(all(7), all(7));
  assert(new Set(all(7)).size > 250);
  assert(all(7).slice(-10).join() !== all(8).slice(-10).join());
});
