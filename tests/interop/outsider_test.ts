import { assertEquals, assertStringIncludes } from "@std/assert";
import { evidenceFiles } from "../../runtime/console/evidence/evidence_pack.ts";
import type { Identity } from "../../runtime/trust/identity.ts";
import { writePartnerFile } from "../../runtime/trust/partner_file.ts";
import { Book } from "../runtime/journal/ledger/book.ts";
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

test("an outsider is told of bytes in the folder that nothing vouches for", async () => {
  const parent = await Deno.makeTempDir();
  const { salt: _, ...evidence } = await evidenceOf({ isSealed: false });
  const folder = await packed(parent, evidence);
  const { code, out } = await check(folder, ...await rootsOf(evidence.parties));
  assertEquals(code, 0, out);
  assertStringIncludes(out, "  - that the bytes in the folder have anything to do with it");
  await Deno.remove(parent, { recursive: true });
});

test("a pack has each file once, and the list of them last", async () => {
  const names = evidenceFiles(await evidenceOf()).map(({ name }) => name);
  assertEquals(names.length, new Set(names).size);
  assertEquals(names.at(-1), "evidence.json");
});

test("an outsider finds entries anywhere in a ledger of ten thousand, and at no other place", async () => {
  const parent = await Deno.makeTempDir();
  using book = new Book();
  // A whole number of commits, of a hundred entries each, and not of tiles; the first writes one more, that it begins.
  const random = randomNumbers(7), ours = new Set([0, 1, 254, 255, 256, 511, 8_191, 8_192, ENTRIES - 1]);
  while (ours.size < 60) ours.add(Math.floor(random() * ENTRIES));
  for (let from = 0; from < ENTRIES; from += 100) {
    book.apply(
      ...Array.from({ length: 100 }, (_, at) => ({
        op: "writeEntry" as const,
        entry: {
          kind: "act" as const,
          atMs: AT_MS,
          act: `looked at page ${from + at}`,
          message: ours.has(from + at) ? "ours" : "theirs",
        },
      })),
    );
  }
  const parties = await partiesOf(), roots = await rootsOf(parties);
  const { epoch, ...head } = book.write({ op: "readHead" });
  const note = await checkpointOf(parties.hospital, head, parties.registry);
  const found = book.ask({ ask: "entries", from: 0, limit: head.size, message: "ours" }).entries;
  assertEquals(found.length, 60);
  const entries = found.map(({ number, bytes }) => ({
    epoch,
    number,
    bytes,
    hashes: book.ask({ ask: "inclusion", epoch, number, size: head.size }),
    note,
  }));
  const keyFiles = await Promise.all(
    Object.values(parties).map(async (identity: Identity) => ({
      gateway: identity.gateway,
      bytes: await writePartnerFile(identity),
    })),
  );
  const evidence = { gateway: "st-elsewhere", message: "ours", entries, keyFiles };
  const { code, out } = await check(await packed(parent, evidence), ...roots);
  assertEquals(code, 0, out);
  assertEquals(out.match(/^ok {4}entry \d+ of epoch 1 is in it/gm)?.length, 60);
  for (const at of [0, 17, 42, 59]) {
    const moved = entries.with(at, { ...entries[at]!, number: entries[at]!.number ^ 1 });
    const wrong = await packed(parent, { ...evidence, entries: moved }, `moved-${at}`);
    assertEquals((await check(wrong, ...roots)).code, 1);
  }
  await Deno.remove(parent, { recursive: true });
});

const ENTRIES = 10_100;

/** The same numbers from 0 to 1 every time (Park and Miller, 1988). */
function randomNumbers(seed: number): () => number {
  return () => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647;
}
