import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { keyIdOf, type PairBytes, toBase64Url } from "./_key_encoding.ts";

/** A key whose private half cannot be taken out. */
interface Ed25519Key {
  readonly keyId: string;
  readonly publicBytes: Uint8Array<ArrayBuffer>;
  /** 64 bytes (RFC 8032), at once. */
  sign(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** Reads both halves; rejects where they are no key, or not of one. */
export async function importEd25519Key({ privateBytes, publicBytes }: PairBytes): Promise<Ed25519Key> {
  const [d, x] = [toBase64Url(privateBytes), toBase64Url(publicBytes)];
  const key = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" });
  if (createPublicKey(key).export({ format: "jwk" }).x !== x) {
    throw new TypeError("Cannot use key: its halves do not belong together");
  }
  return {
    keyId: await keyIdOf(publicBytes),
    publicBytes,
    sign: (bytes) => new Uint8Array(sign(null, bytes, key)),
  };
}
