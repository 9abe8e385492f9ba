import type { SignatureAlgorithm } from "../contract/envelope.ts";
import { fromBase64Url, keyIdOf, type PairBytes, toBase64Url } from "./_key_encoding.ts";
import type { KeyTimes } from "./key_times.ts";

/** A key a gateway signs with. */
export interface SigningKey extends KeyTimes {
  /** What it is for. */
  readonly algorithm: SignatureAlgorithm;
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** Cannot be exported. */
  readonly privateKey: CryptoKey;
  /** Its other half. */
  readonly publicKey: CryptoKey;
  /** Ed25519: 32 bytes (RFC 8032). ES256: 65 bytes, the uncompressed point (SEC 1 section 2.3.3). */
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
  /** As in {@linkcode SigningKey}. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

/** What the platform calls an algorithm, and how its public keys are written. */
interface Way {
  readonly key: "Ed25519" | EcKeyImportParams;
  readonly signature: "Ed25519" | EcdsaParams;
  readonly publicBytes: number;
  jwkOf(publicBytes: Uint8Array): JsonWebKey;
}

const WAYS: Readonly<Record<SignatureAlgorithm, Way>> = {
  Ed25519: {
    key: "Ed25519",
    signature: "Ed25519",
    publicBytes: 32,
    jwkOf: (bytes) => ({ kty: "OKP", crv: "Ed25519", x: toBase64Url(bytes) }),
  },
  ES256: {
    key: { name: "ECDSA", namedCurve: "P-256" },
    signature: { name: "ECDSA", hash: "SHA-256" },
    publicBytes: 65,
    jwkOf: (bytes) => ({
      kty: "EC",
      crv: "P-256",
      x: toBase64Url(bytes.subarray(1, 33)),
      y: toBase64Url(bytes.subarray(33)),
    }),
  },
};

/** Length of public keys, by algorithm. */
export const signingKeyBytes: Readonly<Record<SignatureAlgorithm, number>> = {
  Ed25519: WAYS.Ed25519.publicBytes,
  ES256: WAYS.ES256.publicBytes,
};

/** Makes both halves of a new signing key; the private one has 32 bytes. */
export async function generateSigningKey(algorithm: SignatureAlgorithm): Promise<PairBytes> {
  const pair = await crypto.subtle.generateKey(WAYS[algorithm].key, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const { d = "" } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const privateBytes = fromBase64Url(d);
  if (!privateBytes) throw new TypeError("Cannot generate signing key: export without key bytes");
  return { privateBytes, publicBytes: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

/** Reads both halves and tries them; throws where they are no key, or not of one. The private key cannot be taken out again. */
export async function importSigningKey(
  algorithm: SignatureAlgorithm,
  { privateBytes, publicBytes }: PairBytes,
): Promise<SigningKey> {
  const { key: way, jwkOf } = WAYS[algorithm];
  const jwk = { ...jwkOf(publicBytes), d: toBase64Url(privateBytes) };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, way, false, ["sign"]);
  const { keyId, key } = await importVerificationKey(algorithm, publicBytes);
  const probe = new TextEncoder().encode("mitral key check");
  if (!await isSignatureBy({ algorithm, key }, await signatureBy({ algorithm, privateKey }, probe), probe)) {
    throw new TypeError("Cannot use key: its halves do not belong together");
  }
  return { algorithm, keyId, privateKey, publicKey: key, publicBytes };
}

/** Reads a public half; throws where it is no key. */
export async function importVerificationKey(
  algorithm: SignatureAlgorithm,
  publicBytes: Uint8Array<ArrayBuffer>,
): Promise<VerificationKey> {
  const key = await crypto.subtle.importKey("raw", publicBytes, WAYS[algorithm].key, true, ["verify"]);
  return { algorithm, keyId: await keyIdOf(publicBytes), key, publicBytes };
}

/** Signs; 64 bytes, whatever the algorithm. */
export async function signatureBy(
  { algorithm, privateKey }: Pick<SigningKey, "algorithm" | "privateKey">,
  signed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign(WAYS[algorithm].signature, privateKey, signed));
}

/** True where the key made this signature of these bytes. */
export async function isSignatureBy(
  { algorithm, key }: Pick<VerificationKey, "algorithm" | "key">,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return await crypto.subtle.verify(WAYS[algorithm].signature, key, signature, signed);
}
