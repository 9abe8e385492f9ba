import type { SignatureKey } from "../contract/envelope.ts";
import { fromBase64Url, toBase64Url } from "./_key_encoding.ts";
import { isSignatureBy, signatureBy } from "./signing_key.ts";

/** Names of the algorithms in a JWS (RFC 7518, RFC 8037). */
const ALGORITHMS = { Ed25519: "EdDSA", ES256: "ES256" } as const;

/** Signs a text as a compact JWS (RFC 7515). `type` keeps one kind of statement from passing for another. */
export async function signText(type: string, text: string, key: SignatureKey): Promise<string> {
  const head = { alg: ALGORITHMS[key.algorithm], kid: key.keyId, typ: type };
  const signed = `${part(JSON.stringify(head))}.${part(text)}`;
  const signature = await signatureBy(
    { algorithm: key.algorithm, privateKey: key.key },
    new TextEncoder().encode(signed),
  );
  return `${signed}.${toBase64Url(signature)}`;
}

/**
 * The text of a JWS of that type, signed by the key it names, which `keyOf` finds; `undefined` where it is none, the key is
 * not there, or did not sign it. Fields of its head beside `alg`, `kid` and `typ` are refused: some change what is signed.
 */
export async function signedText(
  type: string,
  jws: string,
  keyOf: (keyId: string) => Pick<SignatureKey, "key" | "algorithm"> | undefined,
): Promise<string | undefined> {
  const [head, text, signature, ...more] = jws.trim().split(".");
  const said = head && objectIn(head);
  if (!said || !text || !signature || more.length > 0 || Object.keys(said).length !== 3) return undefined;
  const key = said.typ === type && typeof said.kid === "string" ? keyOf(said.kid) : undefined;
  const bytes = fromBase64Url(signature), payload = fromBase64Url(text);
  if (!key || said.alg !== ALGORITHMS[key.algorithm] || !bytes || !payload) return undefined;
  const isGood = await isSignatureBy(key, bytes, new TextEncoder().encode(`${head}.${text}`));
  return isGood ? new TextDecoder().decode(payload) : undefined;
}

function part(text: string): string {
  return toBase64Url(new TextEncoder().encode(text));
}

function objectIn(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(part)));
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
