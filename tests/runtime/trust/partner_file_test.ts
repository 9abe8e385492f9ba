import canonicalize from "canonicalize";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { fingerprintOf, parsePartnerFile, writePartnerFile } from "../../../runtime/trust/partner_file.ts";
import { parseIdentity } from "../../../runtime/trust/identity.ts";
import { masterKey } from "../../world/master_key.ts";
import { signatureBy } from "../../../runtime/trust/signing_key.ts";
import { gatewayOf, MADE_AT_MS } from "./gateways.ts";

const FILE = "lab.json";
const encode = (value: unknown, space?: number) =>
  new TextEncoder().encode(JSON.stringify(value, null, space));

async function fileOf(name: string) {
  return JSON.parse(new TextDecoder().decode((await gatewayOf(name)).partnerFile));
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await assertRejects(() => parsePartnerFile(bytes, FILE), MitralError);
  assertEquals(error.facts.file, FILE);
  return [error.code, error.facts.part].filter((part) => part !== undefined).join(" ");
}

Deno.test("partner file gives the partner's name, keys and time", async () => {
  const { identity, partnerFile } = await gatewayOf("lab");
  const partner = await parsePartnerFile(partnerFile, FILE);
  assertEquals([partner.gateway, partner.createdAtMs], ["lab.example", MADE_AT_MS]);
  assertEquals(partner.signing[0].publicBytes, identity.signing[0].publicBytes);
  assertEquals(partner.encryption[0].publicBytes, identity.encryption[0].publicBytes);
  assertEquals(partner.signing[0].keyId, identity.signing[0].keyId);
});

Deno.test("partner file holds nothing of the private one", async () => {
  const { privateFile, partnerFile } = await gatewayOf("lab");
  const { signing, encryption, root, relay } = JSON.parse(new TextDecoder().decode(privateFile));
  const text = new TextDecoder().decode(partnerFile);
  for (const key of [...signing, ...encryption, root, relay]) assertEquals(text.includes(key.sealed), false);
  assertEquals(text.includes("private") || text.includes("sealed"), false);
});

Deno.test("partner file can be written again from the private file", async () => {
  const { privateFile, partnerFile } = await gatewayOf("lab");
  assertEquals(await writePartnerFile(await parseIdentity(privateFile, "keys.json", masterKey)), partnerFile);
});

Deno.test("partner file may be laid out anew on its way", async () => {
  const file = await fileOf("lab");
  const turned = Object.fromEntries(Object.entries(file).reverse());
  assertEquals((await parsePartnerFile(encode(turned, 7), FILE)).gateway, "lab.example");
});

Deno.test("partner file altered in any value is refused", async () => {
  const [good, other] = [await fileOf("lab"), await fileOf("hospital")];
  const altered: readonly unknown[] = [
    { ...good, gateway: "hospital.example" },
    { ...good, created: "2026-01-02T03:04:06.000Z" },
    { ...good, encryption: other.encryption },
    { ...good, encryption: [...good.encryption, ...other.encryption] },
    { ...good, signing: other.signing },
    { ...good, signing: [...good.signing, ...other.signing] },
    { ...good, signature: other.signature },
    { ...good, more: 1 },
    { ...good, more: "\ud800" },
  ];
  for (const value of altered.slice(0, -1)) {
    assertEquals(await refusal(encode(value)), "PARTNER_SIGNATURE_INVALID");
  }
  assertEquals(await refusal(encode(altered.at(-1))), "PARTNER_FILE_INVALID JSON");
});

Deno.test("partner file with a bit flipped anywhere is refused", async () => {
  const { partnerFile } = await gatewayOf("lab");
  const compact = encode(JSON.parse(new TextDecoder().decode(partnerFile)));
  for (let at = 0; at < compact.length; at++) {
    const flipped = new Uint8Array(compact);
    flipped[at] ^= 1 << at % 8;
    assertMatch(await refusal(flipped), /^PARTNER_(FILE|SIGNATURE)_INVALID/, `byte ${at}`);
  }
});

Deno.test("partner file with a part missing or wrong is refused, and the part named", async () => {
  const good = await fileOf("lab");
  const [signing, encryption] = [good.signing[0], good.encryption[0]];
  const wrong: readonly [string, unknown][] = [
    ["format", { ...good, format: "mitral-private-keys" }],
    ["version", { ...good, version: "1" }],
    ["gateway", { ...good, gateway: 7 }],
    ["gateway", { ...good, gateway: "\u212Aing" }],
    ["created", { ...good, created: undefined }],
    ["signing", { ...good, signing: {} }],
    ["encryption[0].alg", { ...good, encryption: [{ ...encryption, alg: 7 }] }],
    ["signing[0].kid", { ...good, signing: [{ ...signing, kid: encryption.kid }] }],
    ["encryption[0].public", { ...good, encryption: [{ ...encryption, public: "" }] }],
    ["signature", { ...good, signature: undefined }],
    ["signature", { ...good, signature: "not base64url" }],
  ];
  for (const [part, value] of wrong) {
    assertEquals(await refusal(encode(value)), `PARTNER_FILE_INVALID ${part}`);
  }
});

Deno.test("partner's fingerprint reads the same from both sides, in groups of four", async () => {
  const { identity, partner } = await gatewayOf("lab");
  const fingerprint = await fingerprintOf(identity);
  assertEquals(await fingerprintOf(partner), fingerprint);
  assertMatch(fingerprint, /^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
  assertEquals(fingerprint.replaceAll(" ", "").slice(0, 16), partner.root.keyId);
});

/** A file of the laboratory with other content, which it has signed. */
async function signedBy(said: Record<string, unknown>): Promise<Uint8Array<ArrayBuffer>> {
  const { identity: { root } } = await gatewayOf("lab");
  const signed = new TextEncoder().encode(`mitral-partner/2\n${canonicalize(said)}`);
  const signature = (await signatureBy(root, signed)).toBase64({ alphabet: "base64url", omitPadding: true });
  return encode({ ...said, signature });
}

Deno.test("partner file says ways and certificates, and when it was written", async () => {
  const { identity } = await gatewayOf("lab");
  const certificates = [`sha256:${"0a".repeat(32)}`];
  const links = [
    { kind: "https", settings: { url: "https://lab.example:8443/" } },
    { kind: "relay", settings: { servers: ["wss://relay.example"] } },
  ];
  const file = await writePartnerFile(identity, { links, certificates, issuedAtMs: MADE_AT_MS + 1 });
  const partner = await parsePartnerFile(file, FILE);
  assertEquals([partner.links, partner.certificates], [links, certificates]);
  assertEquals([partner.serial, partner.issuedAtMs], [1, MADE_AT_MS + 1]);
});

Deno.test("partner file of a later version is read as far as it is understood", async () => {
  const { signature: _, ...good } = await fileOf("lab");
  const later = { kid: "0123456789abcdef", alg: "ML-DSA-65", public: "AAAA" };
  const read = await parsePartnerFile(
    await signedBy({
      ...good,
      signing: [later, ...good.signing],
      encryption: [{ ...later, alg: "MLKEM1024-P384" }, ...good.encryption],
      motto: { of: ["them"] },
    }),
    FILE,
  );
  const { partner } = await gatewayOf("lab");
  assertEquals([read.signing, read.encryption].map((keys) => keys.map(({ keyId }) => keyId)), [
    partner.signing.map(({ keyId }) => keyId),
    partner.encryption.map(({ keyId }) => keyId),
  ]);
  assertEquals(await refusal(await signedBy({ ...good, signing: [later] })), "PARTNER_FILE_INVALID signing");
  assertEquals(await refusal(await signedBy({ ...good, version: 3 })), "PARTNER_FILE_INVALID version");
});

Deno.test("partner file that is signed and wrong all the same is refused, and the part named", async () => {
  const { signature: _, ...good } = await fileOf("lab");
  const [signing] = good.signing;
  const at = "2026-01-02T03:04:05.000Z";
  const wrong: readonly [string, unknown][] = [
    ["serial", { ...good, serial: -1 }],
    ["issued", { ...good, issued: "today" }],
    ["root", { ...good, root: null }],
    ["root.kid", { ...good, root: { ...good.root, kid: signing.kid } }],
    ["relay.alg", { ...good, relay: { ...good.relay, alg: "ES256" } }],
    ["signing[0].until", { ...good, signing: [{ ...signing, until: 7 }] }],
    ["revoked", { ...good, revoked: [{ kid: signing.kid, at }] }],
    ["revoked", { ...good, revoked: [{ kid: good.root.kid, at }] }],
    ["revoked[0].at", { ...good, revoked: [{ kid: signing.kid }] }],
    ["links", { ...good, links: undefined }],
    ["links[0]", { ...good, links: [{ https: {}, relay: {} }] }],
    ["links[0]", { ...good, links: ["https"] }],
    ["links[0]", { ...good, links: [{ "../https": {} }] }],
    ["links[0].https", { ...good, links: [{ https: "url" }] }],
    ["certificates[0]", { ...good, certificates: ["sha256:AA"] }],
  ];
  for (const [part, said] of wrong) {
    assertEquals(
      await refusal(await signedBy(said as Record<string, unknown>)),
      `PARTNER_FILE_INVALID ${part}`,
    );
  }
});

Deno.test("partner file signed by another than the root key is refused", async () => {
  const { signature: _, ...good } = await fileOf("lab");
  const other = (await gatewayOf("hospital")).identity;
  const { root } = await fileOf("hospital");
  // Signed by the laboratory's root, but it says another is.
  assertEquals(await refusal(await signedBy({ ...good, root })), "PARTNER_SIGNATURE_INVALID");
  const { identity } = await gatewayOf("lab");
  const forged = await writePartnerFile({
    ...identity,
    root: { ...identity.root, privateKey: other.root.privateKey },
  });
  assertEquals(await refusal(forged), "PARTNER_SIGNATURE_INVALID");
});
