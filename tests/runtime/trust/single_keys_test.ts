import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { createIdentity, openIdentity, parseIdentity } from "../../../runtime/trust/identity.ts";
import {
  replaceableKindOf,
  replaceKey,
  revokeKey,
  rotateKeys,
  sealKeys,
} from "../../../runtime/trust/key_changes.ts";
import type { SealedFile } from "../../../runtime/trust/new_keys.ts";
import { parsePartnerFile, writePartnerFile } from "../../../runtime/trust/partner_file.ts";
import { parsePrivateFile, writePrivateFile } from "../../../runtime/trust/private_file.ts";
import { isSignatureBy, signatureBy } from "../../../runtime/trust/signing_key.ts";
import canonicalize from "canonicalize";
import { masterKey } from "../../world/master_key.ts";
import { gatewayOf, MADE_AT_MS } from "./gateways.ts";

const FILE = "keys.json";
const KINDS = ["ledger", "wireguard"] as const;
const later = MADE_AT_MS + 86_400_000;
const sealing = { file: FILE, from: masterKey, to: masterKey, nowMs: later };

/** Keys as a file has them. */
async function keysOf(profile: "default" | "nist" = "default"): Promise<SealedFile> {
  const { privateFile } = await createIdentity({ gateway: "lab", nowMs: MADE_AT_MS, masterKey, profile });
  return await sealKeys(parsePrivateFile(privateFile, FILE), sealing);
}

/** As a version wrote them that knew neither a ledger nor WireGuard. */
async function oldKeysOf(): Promise<SealedFile> {
  const { ledger: _, wireguard: __, changedBy: ___, ...keys } = await keysOf();
  return keys;
}

const written = async (keys: SealedFile) =>
  await parseIdentity(await writePrivateFile(keys, masterKey), FILE, masterKey);
const partnerOf = async (keys: SealedFile) =>
  await parsePartnerFile(await writePartnerFile(await written(keys)), FILE);

/** A partner file with other contents, signed as if its gateway had written them. */
async function partnerFileWith(change: Readonly<Record<string, unknown>>) {
  const { identity, partnerFile } = await gatewayOf("hospital");
  const { signature: _, ...before } = JSON.parse(new TextDecoder().decode(partnerFile));
  const said = { ...before, ...change };
  const bytes = new TextEncoder().encode(`mitral-partner/2\n${canonicalize(said)}`);
  const signature = (await signatureBy(identity.root, bytes)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  return new TextEncoder().encode(JSON.stringify({ ...said, signature }));
}

Deno.test("the keys for the ledger and for WireGuard come out of both files as they went in", async () => {
  const keys = await keysOf();
  const [own, partner] = [await written(keys), await partnerOf(keys)];
  for (const kind of KINDS) {
    assertEquals([own[kind]?.keyId, partner[kind]?.keyId], [keys[kind]?.keyId, keys[kind]?.keyId]);
    assertEquals(partner[kind]?.publicBytes, own[kind]?.publicBytes);
    assertEquals(own[kind]?.publicBytes.length, 32);
  }
  assertEquals([partner.ledger?.algorithm, partner.wireguard?.algorithm], ["Ed25519", "X25519"]);
  const all = [own.root, ...own.signing, ...own.encryption, own.relay!, own.ledger!, own.wireguard!];
  assertEquals(new Set(all.map(({ keyId }) => keyId)).size, all.length);
});

Deno.test("what the ledger key signs, a partner checks by our file; the key shows no private half", async () => {
  for (const profile of ["default", "nist"] as const) {
    const keys = await keysOf(profile);
    const { ledger } = await written(keys);
    const head = new TextEncoder().encode("lab/1\n7\n");
    const signature = await ledger!.sign(head);
    assertEquals(signature.length, 64);
    assert(await isSignatureBy((await partnerOf(keys)).ledger!, signature, head));
    assertEquals(Object.keys(ledger!).sort(), ["keyId", "publicBytes", "sign"]);
  }
});

Deno.test("the profile nist gets no key for WireGuard unless somebody asks", async () => {
  const keys = await keysOf("nist");
  assertEquals([keys.ledger?.algorithm, keys.wireguard], ["Ed25519", undefined]);
  const asked = await replaceKey(keys, masterKey, { kind: "wireguard", nowMs: later });
  assertEquals((await partnerOf(asked)).wireguard?.keyId, asked.wireguard!.keyId);
});

Deno.test("a file from before has neither key and opens; sealing adds what is missing, once", async () => {
  const old = await oldKeysOf();
  const [own, partner] = [await written(old), await partnerOf(old)];
  for (const kind of KINDS) assertEquals([own[kind], partner[kind]], [undefined, undefined]);
  const added = await sealKeys(old, sealing);
  assertEquals([added.serial, added.issuedAtMs, added.relay?.keyId], [
    old.serial + 1,
    later,
    old.relay!.keyId,
  ]);
  const now = await partnerOf(added);
  assert(now.ledger && now.wireguard);
  const again = await sealKeys(added, sealing);
  assertEquals([again.serial, again.ledger?.keyId], [added.serial, added.ledger!.keyId]);
});

Deno.test("a key of which there is one is replaced at once, and nothing else with it", async () => {
  const keys = await keysOf();
  for (const kind of KINDS) {
    const after = await replaceKey(keys, masterKey, { kind, nowMs: later });
    assertEquals([after.serial, after.issuedAtMs, after.revoked], [keys.serial + 1, later, []]);
    assertNotEquals(after[kind]!.keyId, keys[kind]!.keyId);
    const others = ({ [kind]: _, serial: __, issuedAtMs: ___, ...rest }: SealedFile) => rest;
    assertEquals(others(after), others(keys));
    assertEquals((await partnerOf(after))[kind]?.keyId, after[kind]!.keyId);
  }
});

Deno.test("one that may be in wrong hands is told to be revoked, and another is in its place", async () => {
  const keys = await keysOf();
  for (const kind of KINDS) {
    const { keyId } = keys[kind]!;
    assertEquals(replaceableKindOf(keys, keyId), kind);
    const after = await replaceKey(keys, masterKey, { kind, nowMs: later, reason: "lost disk" });
    assertEquals(after.revoked, [{ keyId, atMs: later, reason: "lost disk" }]);
    const partner = await partnerOf(after);
    assertEquals([partner.revoked, partner[kind]?.keyId], [[{ keyId, atMs: later }], after[kind]!.keyId]);
  }
  for (const { keyId } of [keys.root, ...keys.signing, ...keys.encryption, keys.relay!]) {
    assertEquals(replaceableKindOf(keys, keyId), undefined);
  }
});

Deno.test("next keys and revocations leave the keys for the ledger and WireGuard alone", async () => {
  const keys = await keysOf();
  const rotation = { nowMs: later, beginsAtMs: later, overlapMs: 86_400_000 };
  const rotated = await rotateKeys(keys, masterKey, rotation);
  const { keyId } = rotated.signing[1];
  const revoked = revokeKey(rotated, { keyId, reason: "", nowMs: later });
  for (const kind of KINDS) assertEquals([rotated[kind], revoked[kind]], [keys[kind], keys[kind]]);
});

Deno.test("a private half opens in its own place alone, and with its own public half", async () => {
  const [keys, { privateFile }] = [await keysOf(), await gatewayOf("hospital")];
  const other = parsePrivateFile(privateFile, FILE);
  const spoilt: readonly (readonly [SealedFile, string])[] = [
    [{ ...keys, ledger: other.ledger! }, "IDENTITY_KEY_ALTERED ledger"],
    [{ ...keys, ledger: keys.relay! }, "IDENTITY_KEY_ALTERED ledger"],
    [{ ...keys, relay: keys.ledger! }, "IDENTITY_KEY_ALTERED relay"],
    [{ ...keys, wireguard: other.wireguard! }, "IDENTITY_KEY_ALTERED wireguard"],
    ...KINDS.map((kind) =>
      [
        { ...keys, [kind]: { ...keys[kind]!, publicBytes: other[kind]!.publicBytes } },
        `IDENTITY_KEY_MISMATCHED ${kind}`,
      ] as const
    ),
  ];
  for (const [file, refusal] of spoilt) {
    const { code, facts } = await assertRejects(() => openIdentity(file, FILE, masterKey), MitralError);
    assertEquals(`${code} ${facts.part}`, refusal);
  }
});

Deno.test("a partner file with a key of a later algorithm is read without it", async () => {
  const { partner } = await gatewayOf("hospital");
  for (const kind of KINDS) {
    const bytes = await partnerFileWith({
      [kind]: { kid: "0123456789abcdef", alg: "ML-DSA-65", public: "AA" },
    });
    const read = await parsePartnerFile(bytes, FILE);
    assertEquals([read[kind], read.root.keyId], [undefined, partner.root.keyId]);
  }
});

Deno.test("a partner file whose key for the ledger or WireGuard is damaged, another's or revoked is refused", async () => {
  const { partnerFile } = await gatewayOf("hospital");
  const good = JSON.parse(new TextDecoder().decode(partnerFile));
  const wrong: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = KINDS.flatMap((kind) => [
    [`${kind}`, { [kind]: "x" }],
    [`${kind}.public`, { [kind]: { ...good[kind], public: "AAAA" } }],
    [`${kind}.kid`, { [kind]: { ...good[kind], kid: "0123456789abcdef" } }],
    ["revoked", { revoked: [{ kid: good[kind].kid, at: good.issued }] }],
  ]);
  for (const [part, change] of wrong) {
    const bytes = await partnerFileWith(change);
    const { code, facts } = await assertRejects(() => parsePartnerFile(bytes, FILE), MitralError);
    assertEquals([code, facts.part], ["PARTNER_FILE_INVALID", part]);
  }
});

Deno.test("the private file says who changed it last, whom nobody can change unseen", async () => {
  const { identity, privateFile } = await createIdentity({
    gateway: "lab",
    nowMs: MADE_AT_MS,
    masterKey,
    changedBy: "ann",
  });
  assertEquals(identity.changedBy, "ann");
  assertEquals((await parseIdentity(privateFile, FILE, masterKey)).changedBy, "ann");
  const said = JSON.parse(new TextDecoder().decode(privateFile));
  const codeWith = async (changedBy: unknown) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...said, changedBy }));
    return (await assertRejects(() => parseIdentity(bytes, FILE, masterKey), MitralError)).code;
  };
  assertEquals(await codeWith("bob"), "IDENTITY_FILE_ALTERED");
  assertEquals(await codeWith(7), "IDENTITY_FILE_INVALID");
  assert(!new TextDecoder().decode(await writePartnerFile(identity)).includes("ann"));
});
