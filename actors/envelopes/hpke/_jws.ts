import { CompactSign, compactVerify } from "jose";
import type { SignatureKey } from "../../../runtime/contract/envelope.ts";
import { fromBase64Url, textOf, utf8 } from "./_bytes.ts";
import { readObject } from "./_json.ts";
import { signingFor } from "./suites.ts";

/** What a JWS says of its signature. Nothing of it is verified. */
export interface JwsHeader {
  readonly alg: string;
  readonly kid: string;
}

/** Signs a text as a compact JWS (RFC 7515). `type` keeps one kind of statement from passing for another. */
export async function signJws(
  type: string,
  text: string,
  { keyId, key, algorithm }: SignatureKey,
): Promise<string> {
  return await new CompactSign(utf8(text))
    .setProtectedHeader({ alg: signingFor(algorithm).alg, kid: keyId, typ: type })
    .sign(key);
}

/**
 * The header of a JWS of that type; `undefined` where it is no such JWS. Header fields beside `alg`, `kid` and `typ` are
 * refused: some of them (`crit`, `b64`, `jwk`) change what is verified.
 */
export function readJwsHeader(type: string, jws: string): JwsHeader | undefined {
  const parts = jws.split(".");
  if (parts.length !== 3 || parts.some((part) => fromBase64Url(part) === undefined)) return undefined;
  const text = textOf(fromBase64Url(parts[0]) ?? new Uint8Array());
  const header = text === undefined ? undefined : readObject(text);
  if (!header || Object.keys(header).length !== 3) return undefined;
  const { alg, kid, typ } = header;
  return typ === type && typeof alg === "string" && typeof kid === "string" ? { alg, kid } : undefined;
}

/**
 * The text that was signed; `undefined` where `key` did not sign it, by the key's own algorithm. Call
 * {@linkcode readJwsHeader} first.
 */
export async function verifyJws(jws: string, { key, algorithm }: SignatureKey): Promise<string | undefined> {
  try {
    const { payload } = await compactVerify(jws, key, { algorithms: [signingFor(algorithm).alg] });
    return textOf(payload);
  } catch {
    return undefined;
  }
}
