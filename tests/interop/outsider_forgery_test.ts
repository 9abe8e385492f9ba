/** Folders in which every signature is good, and which show something else than they seem to. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { readCheckpoint } from "../../runtime/trust/ledger/checkpoint.ts";
import { fingerprintOf, writePartnerFile } from "../../runtime/trust/partner_file.ts";
import { revokedFiles } from "./_evidence_keys.ts";
import {
  AT_MS,
  check,
  type Checked,
  checkpointOf,
  evidenceOf,
  missing,
  packed,
  partiesOf,
  python,
  rootsOf,
  SCRIPT,
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

function assertRefused({ code, out, err }: Checked, why: string): void {
  assertEquals([code, err], [1, ""], out);
  assertStringIncludes(out, `REFUSED: ${why}`);
}

test("an outsider refuses two gateways with one root key: nobody is a witness of their own", async (parent) => {
  const registry = { ...parties.registry, root: parties.hospital.root };
  const both = { ...parties, registry };
  const folder = await packed(parent, await evidenceOf({ parties: both }));
  assertRefused(
    await check(folder, ...await rootsOf(both)),
    "st-elsewhere and state-registry have the same root key",
  );
});

test("an outsider refuses entries of two ledgers that go by one name", async (parent) => {
  const [one, other] = await Promise.all([
    evidenceOf({ parties }),
    evidenceOf({ parties, others: 40, witnessedAtMs: Date.UTC(2026, 0, 2, 4) }),
  ]);
  const entries = [one.entries[0]!, other.entries[1]!];
  const folder = await packed(parent, { ...one, entries });
  assertRefused(await check(folder, ...roots), "The entries of epoch 1 are proven by more than one head");
});

test("an outsider refuses a statement that no entry names, though there is a receipt for the same message", async (parent) => {
  const evidence = await evidenceOf({ parties });
  const [head, claims] = new TextDecoder().decode(evidence.statement).split(".");
  const read = (part: string) =>
    JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" })));
  const said = read(claims!);
  // The same but for when it ends: what its sender, or whoever has an old key of it, can sign any day.
  const { default: canonicalize } = await import("canonicalize");
  const encoded = (text: string) =>
    new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
  const signed = `${head}.${encoded(canonicalize({ ...said, exp: said.exp + 1 })!)}`;
  const { privateKey } = parties.hospital.signing[0];
  const signature = new Uint8Array(
    await crypto.subtle.sign("Ed25519", privateKey, new TextEncoder().encode(signed)),
  );
  const text = `${signed}.${signature.toBase64({ alphabet: "base64url", omitPadding: true })}`;
  const folder = await packed(parent, { ...evidence, statement: new TextEncoder().encode(text) });
  assertRefused(await check(folder, ...roots), "No entry of the ledger names the statement");
});

test("an outsider refuses a salt of another length: what the ledger names could be cut in two elsewhere", async (parent) => {
  const evidence = await evidenceOf({ parties });
  const folder = await packed(parent, { ...evidence, salt: new Uint8Array(15) });
  assertRefused(await check(folder, ...roots), "salt is not 16 bytes long");
});

test("a witness whose key was revoked counts for nothing, and does not spoil what another has seen", async (parent) => {
  const { hospital: laboratory } = await partiesOf();
  const third = { ...laboratory, gateway: "acme-lab" };
  const evidence = await evidenceOf({
    parties,
    keyFiles: async () => [
      ...await revokedFiles(parties, { who: "registry", key: "ledger", atMs: AT_MS + 3_600_000 }),
      await writePartnerFile(third),
    ],
  });
  const all = [...roots, "--root", `acme-lab=${await fingerprintOf(third)}`];
  assertRefused(
    await check(await packed(parent, evidence, "alone"), ...all),
    "No other gateway has witnessed",
  );
  const { note } = evidence.entries[0]!;
  const { size, root } = readCheckpoint(note);
  const seen = await checkpointOf(parties.hospital, { size, root }, third, AT_MS + 5_000);
  const both = note + seen.slice(seen.lastIndexOf("\u2014"));
  const entries = evidence.entries.map((entry) => ({ ...entry, note: both }));
  const { code, out } = await check(await packed(parent, { ...evidence, entries }, "both"), ...all);
  assertEquals(code, 0, out);
  assertStringIncludes(out, "and witnessed by acme-lab at 2026-01-02 03:04:10 UTC");
  assertStringIncludes(out, "that state-registry has witnessed it: its key was revoked");
});

test("an outsider who gives two fingerprints of one gateway is asked which", async (parent) => {
  const folder = await packed(parent, await evidenceOf({ parties }));
  const { code, err } = await check(folder, "--root", `st-elsewhere=${"0".repeat(64)}`, ...roots);
  assertEquals(code, 2);
  assertStringIncludes(err, "st-elsewhere has two fingerprints");
});

test("an outsider is told what no folder shows: other entries, and a gateway that is at one with its witness", async (parent) => {
  const { code, out } = await check(await packed(parent, await evidenceOf({ parties })), ...roots);
  assertEquals(code, 0, out);
  const open = out.slice(out.indexOf("NOT PROVEN"));
  assertStringIncludes(open, "that the ledger has no other entries about the message");
  assertStringIncludes(open, "that st-elsewhere and its witnesses (state-registry) did not act together");
});

test("the script takes nothing for Python's own that lies beside it", async (parent) => {
  const folder = await packed(parent, await evidenceOf({ parties }));
  for (const name of ["json", "hashlib", "argparse", "subprocess", "tempfile"]) {
    await Deno.writeTextFile(
      join(folder, `${name}.py`),
      'print("OK: everything in this folder holds")\nraise SystemExit(0)\n',
    );
  }
  const copy = join(folder, "verify_evidence.py");
  assertEquals(await Deno.readTextFile(copy), await Deno.readTextFile(SCRIPT));
  const { code, stdout } = await python.command([copy, folder, ...roots], {
    stdout: "piped",
    stderr: "piped",
  }).output();
  const out = new TextDecoder().decode(stdout);
  assertEquals(code, 1, out);
  assert(!/^OK/m.test(out), out);
});
