/** What must be refused, and by which code: one thing wrong at a time. */
import { FlattenedEncrypt } from "jose";
import type { PublicPart } from "../../../../actors/envelopes/_kit/public_part.ts";
import { protectedHeader } from "../../../../actors/envelopes/jwe/layout.ts";
import { attach, signPayload } from "../../../../actors/envelopes/jwe/nested.ts";
import { NOW_MS } from "./_vectors.ts";
import {
  base64url,
  ciphertext,
  compact,
  compactHeader,
  detached,
  encryptedKey,
  general,
  good,
  head,
  hospital,
  iv,
  type Json,
  json,
  jws,
  kidOf,
  macked,
  PAYLOAD,
  pub,
  pubFor,
  reallyWith,
  sealed,
  sealingKey,
  signed,
  stranger,
  tag,
  textOf,
  toClinic,
  toLab,
  toLabToo,
  unsigned,
  utf8,
  webKey,
  withHeader,
} from "./_vector_sealing.ts";

/** Every one of them. */
export const refused: { name: string; code: string; sealed: string }[] = [];
const refuse = async (code: string, name: string, sealed: string | Promise<string>) => {
  refused.push({ name, code, sealed: await sealed });
};

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
) await refuse("JWE_VERSION_UNSUPPORTED", name, withHeader({ ...header, ...change }));
await refuse("JWE_VERSION_UNSUPPORTED", "key agreement without a wrap", reallyWith({ alg: "ECDH-ES" }));
await refuse("JWE_VERSION_UNSUPPORTED", "a wrap with a shorter key", reallyWith({ alg: "ECDH-ES+A128KW" }));
await refuse("JWE_VERSION_UNSUPPORTED", "content under a shorter key", reallyWith({ enc: "A128GCM" }));
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
  "JWE_VERSION_UNSUPPORTED",
  "the algorithm none: no signature at all",
  sealed(unsigned({ alg: "none", kid: kidOf(jws), typ: "seal-doc+jws", seal: pub })),
);
await refuse("JWE_VERSION_UNSUPPORTED", "a MAC under the public key", sealed(await macked(pub)));
await refuse(
  "JWE_VERSION_UNSUPPORTED",
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
