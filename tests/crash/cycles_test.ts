import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type CrashRun, lackOfPower, runApart } from "./_apart.ts";

const lack = await lackOfPower();
if (lack) console.warn(`power: ${lack}`);

/** Runs the harness in a folder that is gone afterwards, whatever comes of it. */
async function inFolder(run: Omit<CrashRun, "under">) {
  const under = await Deno.makeTempDir();
  try {
    const { passed, said } = await runApart({ ...run, under });
    const kept = await Array.fromAsync(Deno.readDir(under));
    return { passed, said, kept };
  } finally {
    await Deno.remove(under, { recursive: true });
  }
}

for (const mode of ["kill", "power"] as const) {
  Deno.test({
    name: mode === "kill"
      ? "a gateway that is killed under traffic loses nothing it acknowledged, keeps order, and repeats only what it must"
      : "and so does one whose disk loses its power",
    ignore: mode === "power" && lack !== undefined,
    async fn() {
      const { passed, said, kept } = await inFolder({ mode, cycles: 3, seed: 11 });
      assert(passed, said);
      assertEquals(kept, []);
      console.log(said);
    },
  });
}

Deno.test({
  name: "the harness finds a gateway that acknowledges before it syncs, once the power is cut",
  ignore: lack !== undefined,
  async fn() {
    const program = "tests/crash/_forgetful_gateway.ts";
    const { passed, said, kept } = await inFolder({ mode: "power", cycles: 1, seed: 3, program });
    assert(!passed, said);
    assertStringIncludes(said, "power: FAILED with seed 3, 1 cycles:\n");
    assertStringIncludes(said, ", acknowledged in cycle 1, is missing\n");
    assertEquals(kept.length, 1);
  },
});

Deno.test("a run ends without a trace when whoever started it is gone", async () => {
  const under = await Deno.makeTempDir();
  try {
    const run = runApart({ mode: "kill", cycles: 1_000, seed: 5, under }, Promise.resolve());
    const { passed, said } = await run;
    assertEquals([passed, said], [false, ""]);
    assertEquals(await Array.fromAsync(Deno.readDir(under)), []);
  } finally {
    await Deno.remove(under, { recursive: true });
  }
});
