import { assertEquals, assertStringIncludes } from "@std/assert";
import { evidenceFiles } from "../../runtime/console/evidence/evidence_pack.ts";
import { check, evidenceOf, missing, packed, rootsOf, type Story } from "./_evidence.ts";

/** Runs the script over the evidence of a story. */
async function judged(story: Story, use?: (folder: string) => Promise<void>, ...more: readonly string[]) {
  const parent = await Deno.makeTempDir();
  try {
    const evidence = await evidenceOf(story);
    const folder = await packed(parent, evidence);
    await use?.(folder);
    return await check(folder, ...await rootsOf(evidence.parties), ...more);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

function test(name: string, fn: () => Promise<void>) {
  Deno.test({ name, ignore: missing, fn });
}

for (const by of ["hospital", "registry"] as const) {
  for (const profile of ["default", "nist"] as const) {
    test(`an outsider finds proven what ${by} tells, with keys of the profile ${profile}`, async () => {
      const { code, out, err } = await judged({ by, profile });
      assertEquals([code, err], [0, ""], out);
      assertStringIncludes(out, "st-elsewhere signed");
      assertStringIncludes(
        out,
        "state-registry signed, at 2026-01-02 03:04:05 UTC by its clock, that it has accepted",
      );
      assertStringIncludes(out, "OK: everything in this folder holds");
    });
  }
}

test("an outsider without fingerprints is told to compare them, and nothing is OK", async () => {
  const parent = await Deno.makeTempDir();
  const folder = await packed(parent, await evidenceOf());
  const { code, out } = await check(folder);
  assertEquals(code, 2);
  assertStringIncludes(out, "--root st-elsewhere=");
  assertStringIncludes(out, "NOT CHECKED");
  await Deno.remove(parent, { recursive: true });
});

test("an outsider finds proven what was received and was not sealed", async () => {
  const { code, out } = await judged({ isSealed: false });
  assertEquals(code, 0, out);
  assertStringIncludes(out, "the payload is, to the byte, what st-elsewhere received");
  assertStringIncludes(out, "nobody signed it");
});

test("a pack has each file once, and the list of them last", async () => {
  const names = evidenceFiles(await evidenceOf()).map(({ name }) => name);
  assertEquals(names.length, new Set(names).size);
  assertEquals(names.at(-1), "evidence.json");
});
