import { assertEquals, assertStringIncludes } from "@std/assert";
import { evidenceFiles } from "../../runtime/console/evidence/evidence_pack.ts";
import type { Identity } from "../../runtime/trust/identity.ts";
import { encodeEntry } from "../../runtime/trust/ledger/entry_bytes.ts";
import { inclusionProof, leafHash } from "../../runtime/trust/ledger/tree.ts";
import { writePartnerFile } from "../../runtime/trust/partner_file.ts";
import { NaiveTree } from "../runtime/trust/ledger/naive_tree.ts";
import {
  AT_MS,
  check,
  checkpointOf,
  evidenceOf,
  missing,
  packed,
  partiesOf,
  rootsOf,
  type Story,
} from "./_evidence.ts";

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

test("an outsider finds entries anywhere in a ledger of 10,007, and in it alone", async () => {
  const parent = await Deno.makeTempDir();
  const parties = await partiesOf(), tree = new NaiveTree(), size = 10_007;
  const entryOf = (number: number) =>
    encodeEntry({ kind: "received", atMs: AT_MS, channel: "adt", message: `message-${number}` });
  for (let number = 0; number < size; number++) tree.append(leafHash(entryOf(number)));
  const note = await checkpointOf(parties.hospital, tree, size, parties.registry);
  const keyFiles = await Promise.all(
    Object.values(parties).map(async (identity: Identity) => ({
      gateway: identity.gateway,
      bytes: await writePartnerFile(identity),
    })),
  );
  const roots = await rootsOf(parties);
  for (const number of [0, 1, 255, 256, 4_711, 8_191, 8_192, 9_999, size - 1]) {
    const proven = {
      epoch: 1,
      number,
      bytes: entryOf(number),
      hashes: inclusionProof(number, size, tree),
      note,
    };
    const evidence = { gateway: "st-elsewhere", message: `message-${number}`, entries: [proven], keyFiles };
    const folder = await packed(parent, evidence, `${number}`);
    const { code, out } = await check(folder, ...roots);
    assertEquals(code, 0, out);
    assertStringIncludes(out, `entry ${number} of epoch 1 is in it`);
    const shifted = { ...proven, hashes: inclusionProof((number + 1) % size, size, tree) };
    const wrong = await packed(parent, { ...evidence, entries: [shifted] }, `${number}-wrong`);
    assertEquals((await check(wrong, ...roots)).code, 1);
  }
  await Deno.remove(parent, { recursive: true });
});
