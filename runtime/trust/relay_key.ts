import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { keyIdOf, type PairBytes, toBase64Url } from "./_key_encoding.ts";

/** The key a gateway signs in at relays with (Ed25519). Its private half cannot be taken out. */
export interface RelayKey {
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
  /** 64 bytes: the signature of a challenge (RFC 8032). At once: NATS clients do not wait for one. */
  sign(challenge: Uint8Array): Uint8Array;
}

/** Reads both halves; throws where they are no key, or not of one. */
export async function importRelayKey({ privateBytes, publicBytes }: PairBytes): Promise<RelayKey> {
  const [d, x] = [toBase64Url(privateBytes), toBase64Url(publicBytes)];
  const key = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" });
  if (createPublicKey(key).export({ format: "jwk" }).x !== x) {
    throw new TypeError("Cannot use key: its halves do not belong together");
  }
  return {
    keyId: await keyIdOf(publicBytes),
    publicBytes,
    sign: (challenge) => new Uint8Array(sign(null, challenge, key)),
  };
}
