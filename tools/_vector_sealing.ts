/** Seals and signs for the test vectors: as the envelope does, with seeds where it has randomness. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_P256, KEM_MLKEM768_X25519 } from "hpke";
import { createHash } from "node:crypto";
import { concat, toBase64Url, u32be, utf8 } from "../actors/envelopes/_kit/bytes.ts";
import { canonical } from "../actors/envelopes/_kit/json.ts";
import { bodyBytes, sealBody } from "../actors/envelopes/hpke/chunked_body.ts";
import type { PublicPart } from "../actors/envelopes/_kit/public_part.ts";
import { encodeHeader, frameHeader, type Wrap } from "../actors/envelopes/hpke/header.ts";
import { signingFor } from "../actors/envelopes/_kit/jws.ts";
import { suiteFor } from "../actors/envelopes/hpke/suites.ts";
import type { SignatureAlgorithm } from "../runtime/contract/envelope.ts";
import { encapsulate, seedOf, signBytes, type VectorGateway, type VectorKey } from "./_vector_gateways.ts";

/** When everything was sealed. */
export const SEALED_AT_MS = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;
const INFO = utf8("SEAL/1 cek");

/** What is sealed, and what about it is not as it should be. */
export interface Recipe {
  /** What its seeds are for. */
  readonly name: string;
  readonly from: VectorGateway;
  readonly to: readonly VectorGateway[];
  readonly payload: Uint8Array;
  /** Signs instead of the sender. */
  readonly signer?: VectorKey<SignatureAlgorithm>;
  /** Other header fields of the statement than `alg`, `kid` and `typ`, or others of those. */
  readonly jwsHeader?: Readonly<Record<string, unknown>>;
  /** What is signed instead of what should be. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** What stands in the place of the signed statement. */
  readonly statement?: (signed: string) => string;
  /** The length that is said of the statement. */
  readonly statementBytes?: number;
}

/** A sealed vector, and what it was made with. */
export interface SealedVector {
  readonly envelope: Uint8Array;
  readonly header: string;
  readonly statement: string;
  readonly contentKey: Uint8Array;
  readonly salt: Uint8Array;
  /** What the KEM shares with each recipient. */
  readonly sharedSecrets: Readonly<Record<string, Uint8Array>>;
}

/** The payload of a size: byte `i` is `i * 7 + floor(i / 256)`, modulo 256. */
export function patternOf(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, at) => at * 7 + (at >> 8));
}

/** Secrets by gateway, as the file has them. */
export function written(secrets: SealedVector["sharedSecrets"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(secrets).map(([gateway, secret]) => [gateway, toBase64Url(secret)]),
  );
}

/** SHA-256 in hexadecimal. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The public part of a recipe's envelope. */
export function publicPartOf({ name, from, to }: Recipe): PublicPart {
  return {
    v: 1,
    id: `vector-${sha256Hex(utf8(name)).slice(0, 8)}`,
    from: from.name,
    ch: "lab-results",
    ep: 1,
    seq: 42,
    iat: SEALED_AT_MS,
    exp: SEALED_AT_MS + HOUR_MS,
    cty: "x-application/hl7-v2+er7",
    to: to.map(({ name: gw, encryption: { kid } }) => ({ gw, kid })),
  };
}

/** Seals a recipe. The same recipe gives the same bytes. */
export async function sealVector(recipe: Recipe): Promise<SealedVector> {
  const { name, to, payload, signer = recipe.from.signing, jwsHeader, claims, statement } = recipe;
  const pub = publicPartOf(recipe);
  const facts = { size: payload.length, sha256: sha256Hex(payload) };
  const signed = signJws(signer, "seal-msg+jws", { ...pub, ...facts, ...claims }, jwsHeader);
  const jws = statement?.(signed) ?? signed;
  const contentKey = { key: seedOf(`${name}/content key`), salt: seedOf(`${name}/salt`, 24) };
  const sharedSecrets: Record<string, Uint8Array> = {};
  const wraps: Wrap[] = [];
  for (const gateway of to) {
    const shared = encapsulate(gateway.encryption, `${name}/${gateway.name}`);
    sharedSecrets[gateway.name] = shared.shared_secret;
    wraps.push(await wrapFor(gateway, shared, contentKey.key, pub));
  }
  const header = encodeHeader(pub, wraps);
  const context = createHash("sha256").update(header).digest();
  const text = utf8(jws);
  const head = concat(u32be(recipe.statementBytes ?? text.length), text);
  const front = frameHeader(header);
  const envelope = new Uint8Array(front.length + bodyBytes(head.length + payload.length));
  envelope.set(front);
  await sealBody({ contentKey, context, head, rest: payload, into: envelope.subarray(front.length) });
  return {
    envelope,
    header: new TextDecoder().decode(header),
    statement: jws,
    contentKey: contentKey.key,
    salt: contentKey.salt,
    sharedSecrets,
  };
}

/** A compact JWS over the claims' canonical form. */
export function signJws(
  key: VectorKey<SignatureAlgorithm>,
  typ: string,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const protectedHeader = { alg: signingFor(key.alg).alg, kid: key.kid, typ, ...header };
  const start = [JSON.stringify(protectedHeader), canonical(claims)].map((part) => toBase64Url(utf8(part)));
  const signed = start.join(".");
  return `${signed}.${toBase64Url(signBytes(key, utf8(signed)))}`;
}

async function wrapFor(
  { name: gw, encryption: { kid, alg, public: publicBytes } }: VectorGateway,
  shared: { readonly shared_secret: Uint8Array; readonly enc: Uint8Array },
  contentKey: Uint8Array,
  pub: PublicPart,
): Promise<Wrap> {
  const kem = alg === "MLKEM768-P256" ? KEM_MLKEM768_P256 : KEM_MLKEM768_X25519;
  const seeded = () => ({ ...kem(), Encap: () => Promise.resolve(shared) });
  const suite = new CipherSuite(seeded, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  const key = await suite.DeserializePublicKey(publicBytes);
  const how = { info: INFO, aad: utf8(canonical(pub)) };
  const { encapsulatedSecret, ciphertext } = await suite.Seal(key, contentKey, how);
  return { gw, kid, suite: suiteFor(alg), encapsulated: encapsulatedSecret, wrapped: ciphertext };
}
