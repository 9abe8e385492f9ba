/**
 * Writes `docs/vectors/jwe.json`: messages and receipts that another implementation of docs/envelope_jwe.md must open, and those it must
 * refuse. The keys in the file stay as they are. Run: `deno run -A tests/actors/envelopes/jwe/_make_vectors.ts`.
 */
import { CompactEncrypt, CompactSign, FlattenedEncrypt } from "jose";
import { signReceipt } from "../../../../actors/envelopes/_kit/receipt.ts";
import { type PublicPart, statementOf } from "../../../../actors/envelopes/_kit/public_part.ts";
import { words } from "../../../../actors/envelopes/jwe/errors.ts";
import { protectedHeader } from "../../../../actors/envelopes/jwe/layout.ts";
import { attach, signPayload } from "../../../../actors/envelopes/jwe/nested.ts";
import { sealSigned } from "../../../../actors/envelopes/jwe/seal.ts";
import type { Keyring, PublicKey } from "../../../../runtime/contract/envelope.ts";
import { gatewaysOf, type JweVectors, NOW_MS, type VectorKey } from "./_vectors.ts";

type Json = Record<string, unknown>;

const FILE = new URL("../../../../docs/vectors/jwe.json", import.meta.url);
const found = await Deno.readTextFile(FILE).then((text) => JSON.parse(text) as JweVectors, () => undefined);
const keys = found?.keys ?? await makeKeys();
const { hospital, stranger, lab, sealingKey } = await gatewaysOf(keys);

const PAYLOAD = utf8("MSH|^~\\&|LAB|HOSPITAL|EHR|CLINIC|20260601120000||ORU^R01|1|P|2.5\r");
const toLab = sealingKey("lab.example", "X25519");
const toLabToo = sealingKey("lab.example", "P-256");
const toClinic = sealingKey("clinic.example", "P-256");

const opens = [
  { name: "for one recipient with X25519, signed with Ed25519", sealed: await good([toLab]) },
  { name: "for one recipient with P-256, signed with ES256", sealed: await good([toLabToo], "ES256") },
  { name: "for two recipients", sealed: await good([toClinic, toLab]) },
  { name: "for two keys of one recipient", sealed: await good([toLab, toLabToo]) },
  { name: "an empty message", sealed: await good([toLab], "Ed25519", new Uint8Array()), payload: "" },
  {
    name: "with names of other scripts",
    sealed: await good([toLab], "Ed25519", PAYLOAD, { ch: "Über/検査" }),
  },
].map(({ payload = base64url(PAYLOAD), ...vector }) => ({ ...vector, payload }));

const refused: { name: string; code: string; sealed: string }[] = [];
const refuse = async (code: string, name: string, sealed: string | Promise<string>) => {
  refused.push({ name, code, sealed: await sealed });
};

const [head, encryptedKey, iv, ciphertext, tag] = (await good([toLab])).split(".");
const compact = (...parts: readonly string[]) => parts.join(".");
const general = JSON.parse(await good([toLab, toClinic])) as Json & { recipients: Json[] };
const json = (change: Json) => JSON.stringify({ ...general, ...change });

await refuse("JWE_ENVELOPE_INVALID", "nothing", "");
await refuse("JWE_ENVELOPE_INVALID", "four parts", compact(head, encryptedKey, iv, ciphertext));
await refuse("JWE_ENVELOPE_INVALID", "six parts", compact(head, encryptedKey, iv, ciphertext, tag, tag));
await refuse("JWE_ENVELOPE_INVALID", "no JSON", "{");
await refuse("JWE_ENVELOPE_INVALID", "a member more", json({ unprotected: { alg: "dir" } }));
await refuse("JWE_ENVELOPE_INVALID", "associated data", json({ aad: "QUJD" }));
await refuse(
  "JWE_ENVELOPE_INVALID",
  "a member twice",
  JSON.stringify(general).replace(/^\{/, `{"iv":"${iv}",`),
);
await refuse(
  "JWE_ENVELOPE_INVALID",
  "the flattened serialization",
  JSON.stringify(
    await new FlattenedEncrypt(PAYLOAD).setProtectedHeader({ ...compactHeader(toLab) }).encrypt(
      webKey(toLab),
    ),
  ),
);
await refuse("JWE_HEADER_INVALID", "no recipients", json({ recipients: [] }));
await refuse("JWE_HEADER_INVALID", "a recipient less", json({ recipients: general.recipients.slice(1) }));
await refuse(
  "JWE_HEADER_INVALID",
  "recipients in another order",
  json({
    recipients: general.recipients.toReversed(),
  }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "a recipient more",
  json({
    recipients: [...general.recipients, general.recipients[0]],
  }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "a recipient with a member more",
  json({
    recipients: general.recipients.map((each) => ({ ...each, alg: "dir" })),
  }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "a recipient's header with an algorithm of its own",
  json({
    recipients: general.recipients.map((each) => ({
      ...each,
      header: { ...each.header as Json, alg: "dir" },
    })),
  }),
);
for (
  const [name, parts] of [
    ["a header that is no base64url", ["*", encryptedKey, iv, ciphertext, tag]],
    ["a content key with padding", [head, `${encryptedKey}=`, iv, ciphertext, tag]],
    ["no content key", [head, "", iv, ciphertext, tag]],
    ["a short nonce", [head, encryptedKey, "AAAA", ciphertext, tag]],
    ["a short tag", [head, encryptedKey, iv, ciphertext, tag.slice(0, 16)]],
    ["a ciphertext with a line break", [head, encryptedKey, iv, `${ciphertext}\n`, tag]],
  ] as const
) await refuse("JWE_HEADER_INVALID", name, compact(...parts));

const header = compactHeader(toLab);
for (
  const [name, change] of [
    ["the algorithm none", { alg: "none" }],
    ["the algorithm dir", { alg: "dir" }],
    ["the algorithm RSA1_5", { alg: "RSA1_5" }],
    ["a password, with a million rounds", { alg: "PBES2-HS512+A256KW", p2s: "AAAAAAAAAAA", p2c: 1_000_000 }],
    ["a content algorithm that does not authenticate", { enc: "A256CBC" }],
    ["another type", { typ: "JWT" }],
    ["another type of content", { cty: "JWT" }],
    ["a later version", { seal: { ...header.seal, v: 2 } }],
  ] as const
) await refuse("JWE_ALGORITHM_UNSUPPORTED", name, withHeader({ ...header, ...change }));
await refuse("JWE_ALGORITHM_UNSUPPORTED", "key agreement without a wrap", reallyWith({ alg: "ECDH-ES" }));
await refuse("JWE_ALGORITHM_UNSUPPORTED", "a wrap with a shorter key", reallyWith({ alg: "ECDH-ES+A128KW" }));
await refuse("JWE_ALGORITHM_UNSUPPORTED", "content under a shorter key", reallyWith({ enc: "A128GCM" }));
await refuse("JWE_HEADER_INVALID", "a JWK to fetch", reallyWith({ jku: "https://evil.example/keys" }));
await refuse("JWE_HEADER_INVALID", "a key in the header", reallyWith({ jwk: toLab.jwk }));
await refuse("JWE_HEADER_INVALID", "a certificate in the header", reallyWith({ x5c: ["AAAA"] }));
await refuse("JWE_HEADER_INVALID", "the statement's own dates outside", reallyWith({ exp: NOW_MS }));
await refuse("JWE_HEADER_INVALID", "compressed content", withHeader({ ...header, zip: "DEF" }));
await refuse("JWE_HEADER_INVALID", "a critical extension", withHeader({ ...header, crit: ["exp"], exp: 1 }));
await refuse("JWE_HEADER_INVALID", "party information", withHeader({ ...header, apu: "QQ", apv: "Qg" }));
await refuse("JWE_HEADER_INVALID", "a password's rounds beside the key", withHeader({ ...header, p2c: 1e6 }));
await refuse(
  "JWE_HEADER_INVALID",
  "a label with a member more",
  reallyWith({ seal: { ...header.seal, id: "1" } }),
);
await refuse("JWE_HEADER_INVALID", "a label that is none", reallyWith({ seal: "hospital.example" }));
await refuse("JWE_HEADER_INVALID", "no addressee", reallyWith({ seal: { ...header.seal, to: [] } }));
await refuse(
  "JWE_HEADER_INVALID",
  "an addressee twice",
  json({
    protected: base64url(utf8(JSON.stringify({
      ...protectedHeader(pubFor([toLab])),
      seal: { ...header.seal, to: [header.seal.to[0], header.seal.to[0]] },
    }))),
  }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "two addressees in the compact serialization",
  reallyWith({
    seal: { ...header.seal, to: pubFor([toLab, toClinic]).to },
  }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "more than 64 addressees",
  json({
    protected: base64url(utf8(JSON.stringify({
      ...protectedHeader(pubFor([toLab])),
      seal: {
        ...header.seal,
        to: Array.from({ length: 65 }, (_, at) => ({ gw: "lab.example", kid: `${at}` })),
      },
    }))),
    recipients: Array.from({ length: 65 }, () => general.recipients[0]),
  }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "another key id than the addressee's",
  reallyWith({ kid: toClinic.keyId }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "a sender without a name",
  reallyWith({ seal: { ...header.seal, from: "" } }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "a line break in a name",
  reallyWith({ seal: { ...header.seal, ch: "a\nb" } }),
);
await refuse(
  "JWE_HEADER_INVALID",
  "a name twice in the header",
  compact(
    base64url(utf8(textOf(head).replace(/^\{/, '{"alg":"dir",'))),
    encryptedKey,
    iv,
    ciphertext,
    tag,
  ),
);

const epk = (JSON.parse(textOf(head)) as Json).epk as Json;
for (
  const [name, change] of [
    ["no ephemeral key", undefined],
    ["an ephemeral key with its private half", { ...epk, d: epk.x }],
    ["an ephemeral key of another curve", { kty: "OKP", crv: "X448", x: epk.x }],
    ["an ephemeral key for signing", { kty: "OKP", crv: "Ed25519", x: epk.x }],
    ["an ephemeral key that is too short", { ...epk, x: "AAAA" }],
    ["a shared secret for a key", { kty: "oct", k: epk.x }],
  ] as const
) await refuse("JWE_HEADER_INVALID", name, withHeader({ ...header, epk: change }));
const p256 = { kty: "EC", crv: "P-256", x: epk.x, y: epk.x };
await refuse(
  "JWE_HEADER_INVALID",
  "an ephemeral key of P-256 for one of X25519",
  withHeader({ ...header, epk: p256 }),
);
await refuse(
  "JWE_CONTENT_ALTERED",
  "a point that is not on the curve",
  withHeader({
    ...compactHeader(toLabToo),
    epk: p256,
  }),
);
await refuse(
  "JWE_CONTENT_ALTERED",
  "a point of low order",
  withHeader({
    ...header,
    epk: { ...epk, x: base64url(new Uint8Array(32)) },
  }),
);
const other = (await good([toLab])).split(".");
await refuse(
  "JWE_CONTENT_ALTERED",
  "the content key of another message",
  compact(head, other[1], iv, ciphertext, tag),
);
await refuse(
  "JWE_CONTENT_ALTERED",
  "the header of another message",
  compact(other[0], encryptedKey, iv, ciphertext, tag),
);
await refuse(
  "JWE_CONTENT_ALTERED",
  "the content of another message",
  compact(head, encryptedKey, ...other.slice(2)),
);
await refuse(
  "JWE_CONTENT_ALTERED",
  "a feed that was renamed",
  withHeader({
    ...(JSON.parse(textOf(head)) as Json),
    seal: { ...header.seal, ch: "orders" },
  }),
);

await refuse("JWE_RECIPIENT_MISSING", "for somebody else", good([toClinic]));
await refuse(
  "JWE_KEY_UNKNOWN",
  "for a key that the recipient does not have",
  good([{ ...toLab, keyId: "0".repeat(16) }]),
);
await refuse(
  "JWE_CONTENT_ALTERED",
  "for another key under the recipient's key id",
  good([
    { ...sealingKey("clinic.example", "X25519"), gateway: "lab.example", keyId: toLab.keyId },
  ]),
);

const pub = pubFor([toLab]);
const jws = await signPayload(pub, PAYLOAD, hospital);
await refuse(
  "JWE_SIGNATURE_INVALID",
  "no signature: the message itself",
  sealed(new TextDecoder().decode(PAYLOAD)),
);
await refuse(
  "JWE_SIGNATURE_INVALID",
  "a signature that was cut off",
  sealed(`${jws.split(".").slice(0, 2).join(".")}.`),
);
await refuse(
  "JWE_SIGNATURE_INVALID",
  "the algorithm none",
  sealed(unsigned({ alg: "none", kid: kidOf(jws), typ: "seal-doc+jws", seal: pub })),
);
await refuse("JWE_SIGNATURE_INVALID", "a MAC under the public key", sealed(await macked(pub)));
await refuse(
  "JWE_SIGNATURE_INVALID",
  "the newer name of the algorithm",
  sealed(await signed({ alg: "Ed25519" })),
);
await refuse("JWE_SIGNATURE_INVALID", "no statement", sealed(await signed({ seal: undefined })));
await refuse("JWE_SIGNATURE_INVALID", "another type", sealed(await signed({ typ: "JWT" })));
await refuse("JWE_SIGNATURE_INVALID", "a receipt's type", sealed(await signed({ typ: "seal-rcpt+jws" })));
await refuse("JWE_SIGNATURE_INVALID", "a key in the header", sealed(await signed({ jwk: toLab.jwk })));
await refuse(
  "JWE_SIGNATURE_INVALID",
  "an unencoded payload",
  sealed(await signed({ b64: true, crit: ["b64"] })),
);
await refuse(
  "JWE_SIGNATURE_INVALID",
  "signed with another key under the key id",
  sealed(
    await signPayload(pub, PAYLOAD, {
      signingKey: () => ({ ...stranger.signingKey(), keyId: hospital.signingKey().keyId }),
    }),
  ),
);
await refuse(
  "JWE_SIGNATURE_INVALID",
  "another message under the signature",
  sealed(attach(detached(jws), utf8("MSH|other"))),
);
await refuse("JWE_SIGNER_UNKNOWN", "signed by a stranger", sealed(await signPayload(pub, PAYLOAD, stranger)));
await refuse(
  "JWE_SIGNER_UNKNOWN",
  "from a stranger",
  sealed(await signPayload({ ...pub, from: "stranger.example" }, PAYLOAD, stranger), {
    from: "stranger.example",
  }),
);
for (
  const [name, change] of [
    ["another sender inside", { from: "clinic.example" }],
    ["another feed inside", { ch: "orders" }],
    ["other addressees inside: sealed anew by one of them", { to: pubFor([toClinic]).to }],
    ["an addressee more inside", { to: pubFor([toLab, toClinic]).to }],
    ["a later version inside", { v: 2 }],
    ["no id", { id: "" }],
    ["a number that is none", { seq: 1.5 }],
    ["an expiry before the beginning", { exp: NOW_MS - 1 }],
    ["a name more in the statement", { note: "x" }],
  ] as const
) {
  const said = { ...pub, ...change } as PublicPart;
  await refuse("JWE_STATEMENT_MISMATCHED", name, sealed(await signPayload(said, PAYLOAD, hospital)));
}
const hours = (count: number) => NOW_MS + count * 3_600_000;
const dated = async (dates: Partial<PublicPart>) =>
  sealed(await signPayload({ ...pub, ...dates }, PAYLOAD, hospital));
await refuse("JWE_ENVELOPE_EXPIRED", "expired an hour ago", dated({ iat: hours(-2), exp: hours(-1) }));
await refuse("JWE_ENVELOPE_POSTDATED", "issued in an hour", dated({ iat: hours(1), exp: hours(2) }));

const sealedGood = utf8(opens[0].sealed);
const statement = statementOf(pub);
const openedGood = { payload: PAYLOAD, statement, signed: detached(jws) };
const receipt = async (by: Keyring, outcome: Parameters<typeof signReceipt>[2]) =>
  new TextDecoder().decode(await signReceipt(sealedGood, openedGood, outcome, by, NOW_MS, words.fail));
const receipts = [
  { name: "taken", says: "accepted", receipt: await receipt(lab, { kind: "accepted" }) },
  {
    name: "left out on purpose",
    says: "accepted",
    receipt: await receipt(lab, { kind: "filtered" } as never),
  },
  {
    name: "refused",
    says: "rejected",
    receipt: await receipt(lab, {
      kind: "rejected",
      error: words.error("STATEMENT_INVALID", { field: "x" }),
    }),
  },
  {
    name: "by a stranger",
    says: "JWE_RECEIPT_SIGNER_UNKNOWN",
    receipt: await receipt(stranger, { kind: "accepted" }),
  },
  { name: "the message itself", says: "JWE_RECEIPT_INVALID", receipt: jws },
];

const vectors: JweVectors = {
  about: "Test vectors of docs/envelope_jwe.md. The private keys are for tests and nothing else.",
  now: NOW_MS,
  keys,
  statement: { ...statement },
  payload: base64url(PAYLOAD),
  opens,
  refused,
  receipts,
};
await Deno.writeTextFile(FILE, `${JSON.stringify(vectors, null, 2)}\n`);

async function makeKeys(): Promise<VectorKey[]> {
  const make = async (gateway: string, alg: VectorKey["alg"]): Promise<VectorKey> => {
    const signs = alg === "Ed25519" || alg === "ES256";
    const algorithm = alg === "Ed25519" || alg === "X25519"
      ? alg
      : { name: signs ? "ECDSA" : "ECDH", namedCurve: "P-256" };
    const pair = await crypto.subtle.generateKey(
      algorithm as EcKeyGenParams,
      true,
      signs ? ["sign", "verify"] : ["deriveBits"],
    );
    const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey) as Record<
      string,
      string
    >;
    const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
    const kid = new Uint8Array(await crypto.subtle.digest("SHA-256", raw)).toHex().slice(0, 16);
    return { gateway, kid, alg, jwk: { kty, crv, x, ...(y ? { y } : {}), d } };
  };
  const all = (gateway: string) =>
    Promise.all((["Ed25519", "ES256", "X25519", "P-256"] as const).map((alg) => make(gateway, alg)));
  return (await Promise.all(["hospital", "lab", "clinic", "stranger"].map((name) => all(`${name}.example`))))
    .flat();
}

function pubFor(to: readonly PublicKey[], change: Partial<PublicPart> = {}): PublicPart {
  return {
    v: 1,
    id: "01977b3c-5a00-7000-8000-000000000001",
    from: "hospital.example",
    ch: "results",
    ep: 1,
    seq: 42,
    iat: NOW_MS,
    exp: NOW_MS + 3_600_000,
    cty: "x-application/hl7-v2+er7",
    to: to.map(({ gateway, keyId }) => ({ gw: gateway, kid: keyId })),
    ...change,
  };
}

async function good(
  to: readonly PublicKey[],
  algorithm: "Ed25519" | "ES256" = "Ed25519",
  payload: Uint8Array = PAYLOAD,
  change: Partial<PublicPart> = {},
): Promise<string> {
  const pub = pubFor(to, change);
  const jws = await signPayload(pub, payload, { signingKey: () => hospital.signingKeyOf(algorithm) });
  return new TextDecoder().decode(await sealSigned(jws, pub, to));
}

/** Sealed as it must be, whatever is inside. */
async function sealed(inside: string, change: Partial<PublicPart> = {}): Promise<string> {
  return new TextDecoder().decode(await sealSigned(inside, pubFor([toLab], change), [toLab]));
}

function compactHeader(to: PublicKey) {
  return { ...protectedHeader(pubFor([to])), kid: to.keyId };
}

/** Another header before what was sealed under the good one. */
function withHeader(header: Json): string {
  const { epk } = JSON.parse(textOf(head)) as Json;
  return compact(base64url(utf8(JSON.stringify({ epk, ...header }))), encryptedKey, iv, ciphertext, tag);
}

/** Sealed by these headers in earnest: a reader that looked at nothing else would open it. */
async function reallyWith(change: Json): Promise<string> {
  const inside = utf8(await signPayload(pubFor([toLab]), PAYLOAD, hospital));
  return await new CompactEncrypt(inside)
    .setProtectedHeader({ ...compactHeader(toLab), ...change } as never)
    .encrypt(webKey(toLab));
}

async function signed(change: Json): Promise<string> {
  const { keyId, key } = hospital.signingKey();
  const header = { alg: "EdDSA", kid: keyId, typ: "seal-doc+jws", seal: pub, ...change };
  return await new CompactSign(PAYLOAD).setProtectedHeader(header as never).sign(key);
}

function unsigned(header: Json): string {
  return `${base64url(utf8(JSON.stringify(header)))}.${base64url(PAYLOAD)}.`;
}

async function macked(pub: PublicPart): Promise<string> {
  const { keyId } = hospital.signingKey();
  const publicKey = keys.find(({ kid }) => kid === keyId)!.jwk.x;
  return await new CompactSign(PAYLOAD)
    .setProtectedHeader({ alg: "HS256", kid: keyId, typ: "seal-doc+jws", seal: pub } as never)
    .sign(Uint8Array.fromBase64(publicKey, { alphabet: "base64url" }));
}

function detached(jws: string): Uint8Array {
  const [head, , signature] = jws.split(".");
  return utf8(`${head}..${signature}`);
}

function kidOf(jws: string): unknown {
  return (JSON.parse(textOf(jws.split(".")[0])) as Json).kid;
}

function webKey({ key }: PublicKey): CryptoKey {
  return key as CryptoKey;
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function textOf(part: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" }));
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
