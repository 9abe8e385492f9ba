import { CompactSign, compactVerify } from "jose";
import type { SignatureAlgorithm, SignatureKey } from "../../../runtime/contract/envelope.ts";
import { fromBase64Url, textOf, utf8 } from "./bytes.ts";
import { isUnambiguous, readObject, type Unchecked } from "./json.ts";

/**
 * What algorithms are called in a JWS. RFC 9864 calls the first `Ed25519` now; the older name is what other stacks in the
 * field read. Which of them a signature is checked by is said by the partner's key, whatever a header says.
 */
const NAMES: Readonly<Record<SignatureAlgorithm, string>> = { Ed25519: "EdDSA", ES256: "ES256" };

/** Signs bytes as a compact JWS (RFC 7515). `type` keeps one kind of statement from passing for another. */
export async function signJws(
  type: string,
  payload: Uint8Array | string,
  { keyId, key, algorithm }: SignatureKey,
  more: Unchecked = {},
): Promise<string> {
  return await new CompactSign(typeof payload === "string" ? utf8(payload) : payload)
    .setProtectedHeader({ alg: NAMES[algorithm], kid: keyId, typ: type, ...more })
    .sign(key);
}

/**
 * The header of a JWS of that type; `undefined` where it is no such JWS. Says nothing about the signature. Header fields
 * beside `alg`, `kid`, `typ` and those in `more`, which must be there, are refused: some of them (`crit`, `b64`, `jwk`)
 * change what is verified.
 */
export function headerOf(
  type: string,
  jws: string,
  more: readonly string[] = [],
): (Unchecked & { readonly kid: string }) | undefined {
  const parts = jws.split(".");
  if (parts.length !== 3 || parts.some((part) => fromBase64Url(part) === undefined)) return undefined;
  const text = textOf(fromBase64Url(parts[0]) ?? new Uint8Array()) ?? "";
  const header = readObject(text);
  if (!header || !isUnambiguous(text, header)) return undefined;
  if (Object.keys(header).length !== 3 + more.length) return undefined;
  if (!more.every((name) => Object.hasOwn(header, name))) return undefined;
  const { alg, typ, kid } = header;
  return Object.values(NAMES).some((name) => name === alg) && typ === type && typeof kid === "string"
    ? { ...header, kid }
    : undefined;
}

/** The key id a JWS of that type names; `undefined` where it is no such JWS. Says nothing about the signature. */
export function signerOf(type: string, jws: string): string | undefined {
  return headerOf(type, jws)?.kid;
}

/** The bytes that were signed; `undefined` where `key` did not sign them. Call {@linkcode headerOf} first. */
export async function verifyJws(
  jws: string,
  { key, algorithm }: SignatureKey,
): Promise<Uint8Array | undefined> {
  try {
    return (await compactVerify(jws, key, { algorithms: [NAMES[algorithm]] })).payload;
  } catch {
    return undefined;
  }
}
