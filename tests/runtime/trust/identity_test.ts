import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { createIdentity, parseIdentity } from "../../../runtime/trust/identity.ts";
import { masterKey } from "../../world/master_key.ts";
import { gatewayOf, MADE_AT_MS } from "./gateways.ts";

const FILE = "keys.json";

/** A private key file as JSON, for a test to spoil. */
async function fileOf(name: string) {
  return JSON.parse(new TextDecoder().decode((await gatewayOf(name)).privateFile));
}

/** Code and part of the refusal; fails where key material shows. */
async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await assertRejects(() => parseIdentity(bytes, FILE, masterKey), MitralError);
  const shown = `${error.message} ${JSON.stringify(error)}`;
  for (const name of ["hospital", "lab"]) {
    const { signing, encryption } = await fileOf(name);
    for (const key of [...signing, ...encryption]) {
      assert(!shown.includes(key.sealed.slice(0, 8)), `key material in ${shown}`);
    }
  }
  assertEquals(error.facts.file, FILE);
  return `${error.code} ${error.facts.part}`;
}

const refusalOf = (value: unknown) => refusal(new TextEncoder().encode(JSON.stringify(value)));

Deno.test("identity comes out of its private file as it went in", async () => {
  const { identity, privateFile } = await gatewayOf("hospital");
  const read = await parseIdentity(privateFile, FILE, masterKey);
  assertEquals([read.gateway, read.createdAtMs], ["hospital.example", MADE_AT_MS]);
  assertEquals(read.signing.map((key) => key.keyId), identity.signing.map((key) => key.keyId));
  assertEquals(read.encryption.map((key) => key.keyId), identity.encryption.map((key) => key.keyId));
  assertEquals(read.signing[0].publicBytes, identity.signing[0].publicBytes);
  const signature = await crypto.subtle.sign("Ed25519", read.signing[0].privateKey, new Uint8Array(3));
  assert(await crypto.subtle.verify("Ed25519", identity.signing[0].publicKey, signature, new Uint8Array(3)));
});

Deno.test("identity gives keys whose private half cannot be taken out", async () => {
  for (
    const { signing, encryption } of [
      (await gatewayOf("hospital")).identity,
      await parseIdentity((await gatewayOf("hospital")).privateFile, FILE, masterKey),
    ]
  ) {
    assertEquals(signing[0].privateKey.extractable, false);
    assertEquals(encryption[0].privateKey.extractable, false);
  }
});

Deno.test("identity takes a key's id from the key", async () => {
  const [{ keyId, publicBytes }] = (await gatewayOf("hospital")).identity.encryption;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", publicBytes)).toHex();
  assertEquals(keyId, digest.slice(0, 16));
  assertMatch(keyId, /^[0-9a-f]{16}$/);
});

Deno.test("identity has new keys each time, even for the same gateway", async () => {
  const make = async () => (await createIdentity({ gateway: "lab", nowMs: MADE_AT_MS, masterKey })).identity;
  const [one, other] = [await make(), await make()];
  assertNotEquals(one.signing[0].keyId, other.signing[0].keyId);
  assertNotEquals(one.encryption[0].keyId, other.encryption[0].keyId);
});

Deno.test("identity is not made for a gateway without a proper name", async () => {
  for (const gateway of ["", " lab", "a b", "a\n", "-lab", "x".repeat(129)]) {
    const error = await assertRejects(() => createIdentity({ gateway, nowMs: 0, masterKey }), MitralError);
    assertEquals(error.code, "IDENTITY_NAME_INVALID");
  }
  for (const gateway of ["lab", "st-elsewhere", "krankenhaus-süd", "gw:lab_7", "lab@example.org"]) {
    assertEquals((await createIdentity({ gateway, nowMs: 0, masterKey })).identity.gateway, gateway);
  }
});

Deno.test("identity file with a part missing or wrong is refused, and the part named", async () => {
  const good = await fileOf("hospital");
  const [signing, encryption] = [good.signing[0], good.encryption[0]];
  const wrong: readonly [string, unknown][] = [
    ["format", { ...good, format: "mitral-partner" }],
    ["version", { ...good, version: 3 }],
    ["gateway", { ...good, gateway: "a b" }],
    ["created", { ...good, created: "yesterday" }],
    ["signing", { ...good, signing: [] }],
    ["signing", { ...good, signing: Array(11).fill(signing) }],
    ["encryption", { ...good, encryption: undefined }],
    ["signing[0]", { ...good, signing: ["x"] }],
    ["signing[0].alg", { ...good, signing: [{ ...signing, alg: "RSA" }] }],
    ["signing[0].kid", { ...good, signing: [{ ...signing, kid: "main" }] }],
    ["signing[0].sealed", { ...good, signing: [{ ...signing, sealed: undefined }] }],
    ["signing[0].sealed", { ...good, signing: [{ ...signing, sealed: `${signing.sealed}=` }] }],
    ["signing[0].from", { ...good, signing: [{ ...signing, from: "2026-01-01" }] }],
    ["signing[0].until", {
      ...good,
      signing: [{ ...signing, from: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z" }],
    }],
    ["issued", { ...good, issued: undefined }],
    ["serial", { ...good, serial: 0 }],
    ["serial", { ...good, serial: "1" }],
    ["profile", { ...good, profile: "fips" }],
    ["master", { ...good, master: undefined }],
    ["root", { ...good, root: undefined }],
    ["root.alg", { ...good, root: { ...good.root, alg: "MLKEM768-X25519" } }],
    ["relay.alg", { ...good, relay: { ...good.relay, alg: "ES256" } }],
    ["revoked", { ...good, revoked: undefined }],
    ["revoked[0].at", { ...good, revoked: [{ kid: signing.kid }] }],
    ["signing[1].public", { ...good, signing: [signing, { ...signing, public: "AAAA" }] }],
    ["encryption[0].public", { ...good, encryption: [{ ...encryption, public: signing.public }] }],
    ["JSON", [good]],
    ["JSON", null],
  ];
  for (const [part, value] of wrong) assertEquals(await refusalOf(value), `IDENTITY_FILE_INVALID ${part}`);
  assertEquals(await refusal(new TextEncoder().encode("{")), "IDENTITY_FILE_INVALID JSON");
  assertEquals(await refusal(Uint8Array.of(0xff)), "IDENTITY_FILE_INVALID JSON");
  assertEquals(await refusal(new Uint8Array(140_000)), "IDENTITY_FILE_INVALID size");
});

Deno.test("identity file whose halves or ids do not belong together is refused", async () => {
  const [good, other] = [await fileOf("hospital"), await fileOf("lab")];
  for (const kind of ["signing", "encryption"]) {
    const [key] = good[kind];
    const spoilt = [
      { ...key, sealed: other[kind][0].sealed },
      { ...key, kid: other[kind][0].kid },
    ];
    for (const one of spoilt) {
      assertMatch(
        await refusalOf({ ...good, [kind]: [one] }),
        new RegExp(`^IDENTITY_KEY_(MISMATCHED|ALTERED) ${kind}\\[0\\]$`),
      );
    }
  }
});

Deno.test("identity file cut short anywhere is refused", async () => {
  const { privateFile } = await gatewayOf("hospital");
  // The last byte is a newline, which the file can do without.
  for (let length = 0; length < privateFile.length - 1; length += 7) {
    assertEquals(await refusal(privateFile.slice(0, length)), "IDENTITY_FILE_INVALID JSON");
  }
});
