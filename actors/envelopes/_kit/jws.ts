import { CompactSign, compactVerify } from "jose";
import { fromBase64Url, textOf, utf8 } from "./bytes.ts";
import { readObject } from "./json.ts";

/**
 * The one algorithm. RFC 9864 calls it `Ed25519` now; the older name is what other stacks in the field read, and a
 * partner's key is always an Ed25519 key, whatever a header says.
 */
const ALGORITHM = "EdDSA";

/** Signs a text as a compact JWS (RFC 7515). `type` keeps one kind of statement from passing for another. */
export async function signJws(
  type: string,
  text: string,
  { keyId, key }: { readonly keyId: string; readonly key: CryptoKey },
): Promise<string> {
  return await new CompactSign(utf8(text))
    .setProtectedHeader({ alg: ALGORITHM, kid: keyId, typ: type })
    .sign(key);
}

/**
 * The key id a JWS of that type names; `undefined` where it is no such JWS. Says nothing about the signature. Header
 * fields beside `alg`, `kid` and `typ` are refused: some of them (`crit`, `b64`, `jwk`) change what is verified.
 */
export function signerOf(type: string, jws: string): string | undefined {
  const parts = jws.split(".");
  if (parts.length !== 3 || parts.some((part) => fromBase64Url(part) === undefined)) return undefined;
  const text = textOf(fromBase64Url(parts[0]) ?? new Uint8Array());
  const header = text === undefined ? undefined : readObject(text);
  if (!header || Object.keys(header).length !== 3) return undefined;
  return header.alg === ALGORITHM && header.typ === type && typeof header.kid === "string"
    ? header.kid
    : undefined;
}

/** The text that was signed; `undefined` where `key` did not sign it. Call {@linkcode signerOf} first. */
export async function verifyJws(jws: string, key: CryptoKey): Promise<string | undefined> {
  try {
    const { payload } = await compactVerify(jws, key, { algorithms: [ALGORITHM] });
    return textOf(payload);
  } catch {
    return undefined;
  }
}
