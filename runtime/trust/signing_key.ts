import type { SignatureAlgorithm } from "../contract/envelope.ts";
import { fromBase64Url, keyIdOf, toBase64Url } from "./_key_encoding.ts";
import type { KeyTimes } from "./key_times.ts";

/** Name of the algorithm in key files. */
export const SIGNING_ALGORITHM = "Ed25519" satisfies SignatureAlgorithm;

/** A key a gateway signs with (RFC 8032). */
export interface SigningKey extends KeyTimes {
  /** What it is for. */
  readonly algorithm: SignatureAlgorithm;
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** Cannot be exported. */
  readonly privateKey: CryptoKey;
  /** Its other half. */
  readonly publicKey: CryptoKey;
  /** 32 bytes. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

/** A key a gateway's signatures are checked with. */
export interface VerificationKey extends KeyTimes {
  /** What it is for. */
  readonly algorithm: SignatureAlgorithm;
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** The key itself. */
  readonly key: CryptoKey;
  /** 32 bytes. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

/** Makes the 32-byte private and public halves of a new signing key. */
export async function generateSigningKey(): Promise<
  { privateBytes: Uint8Array<ArrayBuffer>; publicBytes: Uint8Array<ArrayBuffer> }
> {
  const pair = await crypto.subtle.generateKey(SIGNING_ALGORITHM, true, ["sign", "verify"]) as CryptoKeyPair;
  const { d = "", x = "" } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const [privateBytes, publicBytes] = [fromBase64Url(d), fromBase64Url(x)];
  if (!privateBytes || !publicBytes) {
    throw new TypeError("Cannot generate signing key: export without key bytes");
  }
  return { privateBytes, publicBytes };
}

/** Reads both halves; throws where they are no key. The private key cannot be taken out again. */
export async function importSigningKey(
  privateBytes: Uint8Array<ArrayBuffer>,
  publicBytes: Uint8Array<ArrayBuffer>,
): Promise<SigningKey> {
  const jwk = {
    kty: "OKP",
    crv: SIGNING_ALGORITHM,
    d: toBase64Url(privateBytes),
    x: toBase64Url(publicBytes),
  };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, SIGNING_ALGORITHM, false, ["sign"]);
  const { keyId, key } = await importVerificationKey(publicBytes);
  return { algorithm: SIGNING_ALGORITHM, keyId, privateKey, publicKey: key, publicBytes };
}

/** Reads a public half; throws where it is no key. */
export async function importVerificationKey(publicBytes: Uint8Array<ArrayBuffer>): Promise<VerificationKey> {
  const key = await crypto.subtle.importKey("raw", publicBytes, SIGNING_ALGORITHM, true, ["verify"]);
  return { algorithm: SIGNING_ALGORITHM, keyId: await keyIdOf(publicBytes), key, publicBytes };
}

/** True where the halves belong together. */
export async function isSigningPair({ privateKey, publicKey }: SigningKey): Promise<boolean> {
  const probe = new TextEncoder().encode("mitral key check");
  const signature = await crypto.subtle.sign(SIGNING_ALGORITHM, privateKey, probe);
  return await crypto.subtle.verify(SIGNING_ALGORITHM, publicKey, signature, probe);
}

/** Signs; 64 bytes, whatever the algorithm. */
export async function signatureBy(
  { privateKey }: Pick<SigningKey, "algorithm" | "privateKey">,
  signed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign(SIGNING_ALGORITHM, privateKey, signed));
}

/** True where the key made this signature of these bytes. */
export async function isSignatureBy(
  { key }: Pick<VerificationKey, "algorithm" | "key">,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return await crypto.subtle.verify(SIGNING_ALGORITHM, key, signature, signed);
}
