import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { createIdentity, parseIdentity, relayIdentityOf } from "../../../runtime/trust/identity.ts";
import { sealKeys } from "../../../runtime/trust/key_changes.ts";
import { createMasterKey } from "../../../runtime/trust/master_key.ts";
import { fingerprintOf, parsePartnerFile, writePartnerFile } from "../../../runtime/trust/partner_file.ts";
import { parsePrivateFile, writePrivateFile } from "../../../runtime/trust/private_file.ts";
import { isSignatureBy, signatureBy } from "../../../runtime/trust/signing_key.ts";
import { masterKey } from "../../world/master_key.ts";
import { gatewayOf, MADE_AT_MS } from "./gateways.ts";

const FILE = "keys.json";
const NOW_MS = MADE_AT_MS + 86_400_000;
const oldFile = (name: string) => Deno.readFile(new URL(`./version_1/${name}.json`, import.meta.url));
const jsonOf = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

async function codeOf(opening: Promise<unknown>): Promise<string> {
  const { code, facts } = await assertRejects(() => opening, MitralError);
  return [code, facts.part].filter((one) => one !== undefined).join(" ");
}

Deno.test("sealed keys open under their own master key alone", async () => {
  const { privateFile } = await gatewayOf("hospital");
  assertEquals((await parseIdentity(privateFile, FILE, masterKey)).isSealed, true);
  const { masterKey: other } = await createMasterKey();
  assertEquals(await codeOf(parseIdentity(privateFile, FILE, other)), "IDENTITY_MASTER_WRONG");
  assertEquals(await codeOf(parseIdentity(privateFile, FILE)), "IDENTITY_MASTER_MISSING");
  const lying = bytesOf({ ...jsonOf(privateFile), master: other.id });
  assertEquals(await codeOf(parseIdentity(lying, FILE, other)), "IDENTITY_KEY_ALTERED signing[0]");
});

Deno.test("sealed key opens in its own place alone: not in another gateway's file, nor as a key of another kind", async () => {
  const [own, other] = [(await gatewayOf("hospital")).privateFile, (await gatewayOf("lab")).privateFile].map(
    jsonOf,
  );
  const codeIn = (file: unknown) => codeOf(parseIdentity(bytesOf(file), FILE, masterKey));
  assertEquals(await codeIn({ ...own, gateway: other.gateway }), "IDENTITY_KEY_ALTERED signing[0]");
  assertEquals(await codeIn({ ...own, relay: other.relay }), "IDENTITY_KEY_ALTERED relay");
  assertEquals(await codeIn({ ...own, signing: [own.root] }), "IDENTITY_KEY_ALTERED signing[0]");
  assertEquals(await codeIn({ ...own, root: own.signing[0] }), "IDENTITY_KEY_ALTERED root");
});

Deno.test("sealed key with a bit flipped in any byte does not open", async () => {
  const own = jsonOf((await gatewayOf("hospital")).privateFile);
  const sealed = Uint8Array.fromBase64(own.root.sealed, { alphabet: "base64url" });
  for (let at = 0; at < sealed.length; at++) {
    const flipped = sealed.slice();
    flipped[at] ^= 1 << at % 8;
    const root = { ...own.root, sealed: flipped.toBase64({ alphabet: "base64url", omitPadding: true }) };
    assertEquals(
      await codeOf(parseIdentity(bytesOf({ ...own, root }), FILE, masterKey)),
      "IDENTITY_KEY_ALTERED root",
    );
  }
});

for (
  const { profile, jose, signs, opens } of [
    { profile: "default", jose: false, signs: "Ed25519", opens: ["MLKEM768-X25519"] },
    { profile: "default", jose: true, signs: "Ed25519", opens: ["MLKEM768-X25519", "X25519"] },
    { profile: "nist", jose: false, signs: "ES256", opens: ["MLKEM768-P256"] },
    { profile: "nist", jose: true, signs: "ES256", opens: ["MLKEM768-P256", "P-256"] },
  ] as const
) {
  Deno.test(`keys of the profile ${profile}${jose ? " with JOSE" : ""} come out of both files as they went in`, async () => {
    const made = await createIdentity({ gateway: "lab", nowMs: MADE_AT_MS, masterKey, profile, jose });
    const own = await parseIdentity(made.privateFile, FILE, masterKey);
    assertEquals([own.profile, own.serial, own.isSealed], [profile, 1, true]);
    assertEquals([own.root.algorithm, own.signing[0].algorithm], [signs, signs]);
    assertEquals(own.encryption.map(({ algorithm }) => algorithm), [...opens]);
    const partner = await parsePartnerFile(await writePartnerFile(own), FILE);
    assertEquals(partner.encryption.map(({ algorithm }) => algorithm), [...opens]);
    assertEquals(partner.relay?.keyId, own.relay?.keyId);
    const text = new TextEncoder().encode("a statement");
    const signature = await signatureBy(own.signing[0], text);
    assertEquals([await isSignatureBy(partner.signing[0], signature, text), signature.length], [true, 64]);
    const all = [own.root, ...own.signing, ...own.encryption].map(({ keyId }) => keyId);
    assertEquals(new Set([...all, own.relay!.keyId]).size, all.length + 1);
    for (const { privateKey } of [own.root, ...own.signing]) assertEquals(privateKey.extractable, false);
  });
}

Deno.test("JOSE keys agree on a secret with whoever has the public half", async () => {
  for (const profile of ["default", "nist"] as const) {
    const { identity } = await createIdentity({
      gateway: "lab",
      nowMs: MADE_AT_MS,
      masterKey,
      profile,
      jose: true,
    });
    const key = identity.encryption[1];
    assert(key.privateKey instanceof CryptoKey && key.publicKey instanceof CryptoKey);
    const { algorithm } = key.publicKey;
    const theirs = await crypto.subtle.generateKey(algorithm, true, ["deriveBits"]) as CryptoKeyPair;
    const agree = async (own: CryptoKey, other: CryptoKey) =>
      new Uint8Array(await crypto.subtle.deriveBits({ name: algorithm.name, public: other }, own, 256));
    assertEquals(
      await agree(key.privateKey, theirs.publicKey),
      await agree(theirs.privateKey, key.publicKey),
    );
    assertEquals(key.privateKey.extractable, false);
  }
});

Deno.test("relay key signs a challenge at once, and shows nothing else", async () => {
  const { identity, partner } = await gatewayOf("hospital");
  const relay = relayIdentityOf(identity)!;
  const challenge = new TextEncoder().encode("nonce");
  const signature = new Uint8Array(relay.sign(challenge));
  assertEquals(relay.mailbox, partner.root.keyId);
  assertEquals(relay.publicBytes, partner.relay!.publicBytes);
  assert(await crypto.subtle.verify("Ed25519", partner.relay!.key, signature, challenge));
  assertEquals(Object.keys(relay).sort(), ["mailbox", "publicBytes", "sign"]);
  assertEquals(relayIdentityOf(await parseIdentity(await oldFile("gateway"), FILE)), undefined);
});

Deno.test("files of version 1 are read: the first signing key is the root", async () => {
  const own = await parseIdentity(await oldFile("gateway"), FILE);
  const partner = await parsePartnerFile(await oldFile("partner"), FILE);
  assertEquals([own.isSealed, own.serial, partner.serial], [false, 0, 0]);
  assertEquals([own.root.keyId, partner.root.keyId], [own.signing[0].keyId, own.signing[0].keyId]);
  assertEquals(await fingerprintOf(own), await fingerprintOf(partner));
  assertEquals([partner.links, partner.certificates, partner.revoked], [[], [], []]);
});

Deno.test("keys of version 1, sealed, are the same to partners, and have one for relays", async () => {
  const old = parsePrivateFile(await oldFile("gateway"), FILE);
  const sealed = await sealKeys(old, { file: FILE, to: masterKey, nowMs: NOW_MS });
  const own = await parseIdentity(await writePrivateFile(sealed, masterKey), FILE, masterKey);
  assertEquals([own.isSealed, own.serial, own.issuedAtMs], [true, 1, NOW_MS]);
  const partner = await parsePartnerFile(await writePartnerFile(own), FILE);
  const before = await parsePartnerFile(await oldFile("partner"), FILE);
  assertEquals(await fingerprintOf(partner), await fingerprintOf(before));
  assertEquals(partner.signing.map(({ keyId }) => keyId), before.signing.map(({ keyId }) => keyId));
  assertEquals(partner.encryption.map(({ keyId }) => keyId), before.encryption.map(({ keyId }) => keyId));
  assertEquals([before.relay, partner.relay?.algorithm], [undefined, "Ed25519"]);
  const text = new TextDecoder().decode(await writePrivateFile(sealed, masterKey));
  for (const { private: secret } of [...jsonOf(await oldFile("gateway")).signing]) {
    assert(!text.includes(secret), "a key in clear");
  }
});

Deno.test("keys sealed under another master key are the same keys, and open under that alone", async () => {
  const { masterKey: to } = await createMasterKey();
  const { privateFile, identity } = await gatewayOf("hospital");
  const read = parsePrivateFile(privateFile, FILE);
  const sealed = await sealKeys(read, { file: FILE, from: masterKey, to, nowMs: NOW_MS });
  const own = await parseIdentity(await writePrivateFile(sealed, to), FILE, to);
  assertEquals([own.serial, own.root.keyId], [identity.serial, identity.root.keyId]);
  assertEquals(
    await codeOf(parseIdentity(await writePrivateFile(sealed, masterKey), FILE, masterKey)),
    "IDENTITY_MASTER_WRONG",
  );
  const stolen = () => sealKeys(read, { file: FILE, from: to, to, nowMs: NOW_MS });
  assertEquals(await codeOf(stolen()), "IDENTITY_MASTER_WRONG");
});

Deno.test("a private file shows its facts without a master key", async () => {
  const { privateFile, identity } = await gatewayOf("hospital");
  const facts = parsePrivateFile(privateFile, FILE);
  assertEquals([facts.gateway, facts.serial, facts.master], ["hospital.example", 1, masterKey.id]);
  assertEquals(await fingerprintOf(facts), await fingerprintOf(identity));
  assertThrows(() => parsePrivateFile(bytesOf({}), FILE), MitralError);
});

Deno.test("a private file of which anything was changed is refused, though every key in it opens", async () => {
  const { privateFile } = await createIdentity({ gateway: "lab", nowMs: MADE_AT_MS, masterKey, jose: true });
  const own = jsonOf(privateFile);
  const [first, second] = own.encryption;
  const until = new Date(MADE_AT_MS).toISOString();
  const changes: Record<string, unknown> = {
    profile: "nist",
    serial: 7,
    issued: new Date(MADE_AT_MS + 1).toISOString(),
    encryption: [second, first],
    signing: [{ ...own.signing[0], until }],
    relay: undefined,
    ledger: undefined,
    wireguard: undefined,
    revoked: [{ kid: "0123456789abcdef", at: until }],
    more: "of a later version",
    mac: own.root.sealed.slice(0, 42) + "A",
  };
  for (const [part, value] of Object.entries(changes)) {
    const code = await codeOf(parseIdentity(bytesOf({ ...own, [part]: value }), FILE, masterKey));
    assertEquals(code, "IDENTITY_FILE_ALTERED", part);
  }
  const bare = bytesOf({ ...own, mac: undefined });
  assertEquals(await codeOf(parseIdentity(bare, FILE, masterKey)), "IDENTITY_FILE_INVALID mac");
  assertEquals((await parseIdentity(bytesOf(own), FILE, masterKey)).gateway, "lab");
});
