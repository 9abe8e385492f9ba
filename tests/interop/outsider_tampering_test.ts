import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { evidenceFiles } from "../../runtime/console/evidence/evidence_pack.ts";
import { writePartnerFile } from "../../runtime/trust/partner_file.ts";
import { revokedFiles } from "./_evidence_keys.ts";
import {
  AT_MS,
  check,
  type Checked,
  evidenceOf,
  missing,
  packed,
  partiesOf,
  relist,
  rootsOf,
  type Story,
} from "./_evidence.ts";

const parties = await partiesOf();
const roots = await rootsOf(parties);

function test(name: string, fn: (parent: string) => Promise<void>) {
  Deno.test({
    name,
    ignore: missing,
    async fn() {
      const parent = await Deno.makeTempDir();
      try {
        await fn(parent);
      } finally {
        await Deno.remove(parent, { recursive: true });
      }
    },
  });
}

/** The script has found something: no OK, no traceback, and an exit code that says so. */
function assertRefused({ code, out, err }: Checked, about: string): void {
  assertEquals([code, err], [1, ""], `${about}: ${out}`);
  assertStringIncludes(out, "REFUSED: ", about);
  assert(!/^OK/m.test(out), about);
}

for (const by of ["hospital", "registry"] as const) {
  test(`an outsider refuses each file of what ${by} tells with a byte changed, listed anew or not`, async (parent) => {
    const files = evidenceFiles(await evidenceOf({ by, parties }));
    const folder = await packed(parent, await evidenceOf({ by, parties }));
    assertEquals((await check(folder, ...roots)).code, 0);
    const index = await Deno.readFile(join(folder, "evidence.json"));
    for (const { name, bytes } of files) {
      const changed = bytes.slice();
      changed[Math.floor(changed.length / 2)]! ^= 1;
      await Deno.writeFile(join(folder, name), changed);
      assertRefused(await check(folder, ...roots), name);
      // Nobody has signed these two: they prove nothing, and are checked for damage alone.
      if (!["evidence.json", "README.txt", "verify_evidence.py"].includes(name)) {
        await relist(folder, new Map([[name, changed]]));
        assertRefused(await check(folder, ...roots), `${name}, listed anew`);
      }
      await Deno.writeFile(join(folder, name), bytes);
      await Deno.writeFile(join(folder, "evidence.json"), index);
    }
    assertEquals((await check(folder, ...roots)).code, 0);
  });

  test(`an outsider refuses each file of what ${by} tells in place of another message's`, async (parent) => {
    const [ours, theirs] = await Promise.all([
      evidenceOf({ by, parties }),
      evidenceOf({ by, parties, id: "0198ffff", payload: "MSH|^~\\&|LAB\rPID|1||4712\r", others: 40 }),
    ]);
    const folder = await packed(parent, ours);
    const index = await Deno.readFile(join(folder, "evidence.json"));
    // What the same place of another pack has; entries have other numbers there.
    const others = evidenceFiles(theirs).filter(({ name }) =>
      !/^(keys|README|verify|evidence|salt)/.test(name)
    );
    const own = evidenceFiles(ours).filter(({ name }) => !/^(keys|README|verify|evidence|salt)/.test(name));
    for (const [at, { name, bytes }] of own.entries()) {
      const other = others[at]!.bytes;
      await Deno.writeFile(join(folder, name), other);
      await relist(folder, new Map([[name, other]]));
      assertRefused(await check(folder, ...roots), name);
      await Deno.writeFile(join(folder, name), bytes);
      await Deno.writeFile(join(folder, "evidence.json"), index);
    }
  });
}

test("an outsider refuses a file that is gone, one that is not listed, and one that is listed twice", async (parent) => {
  const folder = await packed(parent, await evidenceOf({ parties }));
  await Deno.writeTextFile(join(folder, "more.txt"), "more");
  assertRefused(await check(folder, ...roots), "not listed");
  await Deno.remove(join(folder, "more.txt"));
  const text = await Deno.readTextFile(join(folder, "evidence.json"));
  const first = /\{"as"[^}]*\},/.exec(text)![0];
  await Deno.writeTextFile(join(folder, "evidence.json"), text.replace(first, first + first));
  assertRefused(await check(folder, ...roots), "listed twice");
  await Deno.writeTextFile(join(folder, "evidence.json"), text);
  for (const { name } of evidenceFiles(await evidenceOf({ parties }))) {
    const [from, to] = [join(folder, name), join(parent, "aside")];
    await Deno.rename(from, to);
    assertRefused(await check(folder, ...roots), name);
    await Deno.rename(to, from);
  }
});

test("an outsider refuses the evidence of gateways with other roots than those that were compared", async (parent) => {
  const evidence = await evidenceOf();
  const folder = await packed(parent, evidence);
  const right = await rootsOf(evidence.parties);
  for (
    const args of [roots, [...right.slice(0, 2), ...roots.slice(2)], [
      ...roots.slice(0, 2),
      ...right.slice(2),
    ]]
  ) {
    assertRefused(await check(folder, ...args), args.join(" "));
  }
  const [a, b] = [right[1]!.split("="), right[3]!.split("=")];
  const crossed = ["--root", `${a[0]}=${b[1]}`, "--root", `${b[0]}=${a[1]}`];
  assertRefused(await check(folder, ...crossed), "crossed");
});

test("an outsider refuses a key file that another gateway's root signed", async (parent) => {
  const other = await partiesOf();
  const keyFiles = async () => [
    await writePartnerFile(parties.hospital),
    await writePartnerFile({ ...parties.registry, root: other.registry.root }),
  ];
  const folder = await packed(parent, await evidenceOf({ parties, keyFiles }));
  assertRefused(await check(folder, ...roots), "another root");
});

test("an outsider refuses a ledger that nobody has witnessed, and takes it where that is asked for, saying what it lacks", async (parent) => {
  const folder = await packed(parent, await evidenceOf({ parties, isWitnessed: false }));
  const refused = await check(folder, ...roots);
  assertRefused(refused, "stripped");
  assertStringIncludes(refused.out, "No other gateway has witnessed");
  const { code, out } = await check(folder, ...roots, "--unwitnessed");
  assertEquals(code, 0, out);
  assertStringIncludes(out, "no other gateway has witnessed it");
});

test("an outsider refuses a witness that is the gateway itself, or one whose keys are not there", async (parent) => {
  const own = { hospital: parties.hospital, registry: parties.hospital };
  const folder = await packed(parent, await evidenceOf({ parties: own, isSealed: false }), "own");
  assertRefused(await check(folder, ...roots), "its own witness");
  const keyFiles = async () => [await writePartnerFile(parties.hospital)];
  const alone = await packed(parent, await evidenceOf({ parties, isSealed: false, keyFiles }), "alone");
  assertRefused(await check(alone, ...roots), "an unknown witness");
});

test("an outsider refuses what a witness has seen before it can have happened", async (parent) => {
  for (const by of ["hospital", "registry"] as const) {
    const evidence = await evidenceOf({ by, parties, witnessedAtMs: AT_MS - 600_000 });
    assertRefused(await check(await packed(parent, evidence, by), ...roots), by);
  }
});

const revocations: readonly [
  what: string,
  story: Story,
  who: "hospital" | "registry",
  key: "signing" | "ledger",
][] = [
  ["the sender's signing key", { by: "hospital" }, "hospital", "signing"],
  ["the addressee's signing key", { by: "hospital" }, "registry", "signing"],
  ["the ledger's own key", { by: "hospital" }, "hospital", "ledger"],
  ["the witness's key", { by: "hospital" }, "registry", "ledger"],
  ["the sender's signing key, told by the addressee", { by: "registry" }, "hospital", "signing"],
];

for (const [what, story, who, key] of revocations) {
  test(`an outsider refuses evidence where ${what} was revoked before a witness had seen it`, async (parent) => {
    const keyFiles = () => revokedFiles(parties, { who, key, atMs: AT_MS - 1 });
    const folder = await packed(parent, await evidenceOf({ ...story, parties, keyFiles }));
    const checked = await check(folder, ...roots);
    assertRefused(checked, what);
    assertStringIncludes(checked.out, "revoked");
  });

  test(`an outsider who is given a newer key file by which ${what} was revoked refuses evidence without it`, async (parent) => {
    const folder = await packed(parent, await evidenceOf({ ...story, parties }));
    const newer = await revokedFiles(parties, { who, key, atMs: AT_MS - 1 });
    const file = join(parent, "newer.json");
    await Deno.writeFile(file, newer[who === "hospital" ? 2 : 3]!);
    assertRefused(await check(folder, ...roots, "--partner-file", file), what);
  });
}

test("an outsider takes signatures that a witness had seen before their key was revoked, but not a revoked witness's", async (parent) => {
  const atMs = AT_MS + 3_600_000;
  for (
    const [who, key] of [["hospital", "signing"], ["registry", "signing"], ["hospital", "ledger"]] as const
  ) {
    const keyFiles = () => revokedFiles(parties, { who, key, atMs });
    const folder = await packed(parent, await evidenceOf({ parties, keyFiles }), `${who}-${key}`);
    const { code, out } = await check(folder, ...roots);
    assertEquals(code, 0, out);
  }
  const keyFiles = () => revokedFiles(parties, { who: "registry", key: "ledger", atMs });
  const folder = await packed(parent, await evidenceOf({ parties, keyFiles }), "witness");
  assertRefused(await check(folder, ...roots), "a stolen witness's key writes any time");
});

test("an outsider refuses signatures by keys that were not in use at the time they say", async (parent) => {
  for (const times of [{ fromMs: AT_MS + 3_600_000 }, { untilMs: AT_MS - 3_600_000 }]) {
    for (const who of ["hospital", "registry"] as const) {
      const identity = parties[who];
      const [first, ...rest] = identity.signing;
      const timed = { ...identity, signing: [{ ...first, ...times }, ...rest] as const };
      const keyFiles = () =>
        Promise.all(
          [parties.hospital, parties.registry].map((each) =>
            writePartnerFile(each === identity ? timed : each)
          ),
        );
      const folder = await packed(
        parent,
        await evidenceOf({ parties, keyFiles }),
        `${who}${Object.keys(times)}`,
      );
      assertRefused(await check(folder, ...roots), who);
    }
  }
});

test("an outsider checks a payload that is not in the folder, and refuses another", async (parent) => {
  const { payload, salt: _, ...evidence } = await evidenceOf({ parties });
  const folder = await packed(parent, evidence);
  const right = join(parent, "right"), wrong = join(parent, "wrong");
  await Deno.writeFile(right, payload!);
  await Deno.writeTextFile(wrong, "another");
  const without = await check(folder, ...roots);
  assertEquals(without.code, 0, without.out);
  assertStringIncludes(without.out, "a payload that is not in the folder");
  assertEquals((await check(folder, ...roots, "--payload", right)).code, 0);
  assertRefused(await check(folder, ...roots, "--payload", wrong), "another payload");
});

test("an outsider who names a folder that is not there is told so, and nothing is refused", async (parent) => {
  const { code, out, err } = await check(join(parent, "evidense"), ...roots);
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, "evidense");
});
