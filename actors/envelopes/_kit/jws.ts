import { CompactSign, compactVerify } from "jose";
import type { SignatureAlgorithm, SignatureKey } from "../../../runtime/contract/envelope.ts";
import { fromBase64Url, textOf, utf8 } from "./bytes.ts";
import { isUnambiguous, readObject, type Unchecked } from "./json.ts";

/** A way to sign. */
export interface Signing {
  /** What a signer's key is for. */
  readonly signs: SignatureAlgorithm;
  /** Its name in a JWS. */
  readonly alg: string;
}

/** RFC 9864 calls the first `Ed25519` now; the older name is what other stacks in the field read. */
export const SIGNINGS: readonly Signing[] = [
  { signs: "Ed25519", alg: "EdDSA" },
  { signs: "ES256", alg: "ES256" },
];

/** How a key signs. */
export function signingFor(algorithm: SignatureAlgorithm): Signing {
  const found = SIGNINGS.find(({ signs }) => signs === algorithm);
  if (!found) throw new TypeError(`Cannot use a key for ${algorithm}: not an algorithm of envelopes`);
  return found;
}

/** True for the name of a way to sign. */
export function isSigning(alg: unknown): boolean {
  return SIGNINGS.some((signing) => signing.alg === alg);
}

/** What a JWS says of its signature. Nothing of it is verified. */
export interface JwsHeader extends Unchecked {
  readonly alg: string;
  readonly kid: string;
}

/** Signs bytes, or a text, as a compact JWS (RFC 7515). `type` keeps one kind of statement from passing for another. */
export async function signJws(
  type: string,
  payload: Uint8Array | string,
  { keyId, key, algorithm }: SignatureKey,
  more: Unchecked = {},
): Promise<string> {
  return await new CompactSign(typeof payload === "string" ? utf8(payload) : payload)
    .setProtectedHeader({ alg: signingFor(algorithm).alg, kid: keyId, typ: type, ...more })
    .sign(key);
}

/**
 * The header of a JWS of that type; `undefined` where it is no such JWS. Header fields beside `alg`, `kid`, `typ` and those
 * in `more`, which must be there, are refused: some of them (`crit`, `b64`, `jwk`) change what is verified.
 */
export function readJwsHeader(
  type: string,
  jws: string,
  more: readonly string[] = [],
): JwsHeader | undefined {
  const parts = jws.split(".");
  if (parts.length !== 3 || parts.some((part) => fromBase64Url(part) === undefined)) return undefined;
  const text = textOf(fromBase64Url(parts[0]) ?? new Uint8Array()) ?? "";
  const header = readObject(text);
  if (!header || !isUnambiguous(text, header)) return undefined;
  if (Object.keys(header).length !== 3 + more.length) return undefined;
  if (!more.every((name) => Object.hasOwn(header, name))) return undefined;
  const { alg, kid, typ } = header;
  return typ === type && typeof alg === "string" && typeof kid === "string"
    ? { ...header, alg, kid }
    : undefined;
}

/**
 * The bytes that were signed; `undefined` where `key` did not sign them, by the key's own algorithm. Call
 * {@linkcode readJwsHeader} first.
 */
export async function verifyJws(
  jws: string,
  { key, algorithm }: SignatureKey,
): Promise<Uint8Array | undefined> {
  try {
    return (await compactVerify(jws, key, { algorithms: [signingFor(algorithm).alg] })).payload;
  } catch {
    return undefined;
  }
}
