/** Keys for ECDH-ES of JWE (RFC 7518 section 4.6, RFC 8037), as the platform has them. */
import { fromBase64Url, type PairBytes, toBase64Url } from "./_key_encoding.ts";
import type { SealingWay } from "./encryption_key.ts";

/** X25519 (RFC 7748): 32 bytes. */
export const x25519 = agreementOn(
  { name: "X25519" },
  32,
  (bytes) => ({ kty: "OKP", crv: "X25519", x: toBase64Url(bytes) }),
);

/** P-256 (FIPS 186-5): 65 bytes, the uncompressed point. */
export const p256 = agreementOn(
  { name: "ECDH", namedCurve: "P-256" },
  65,
  (bytes) => ({
    kty: "EC",
    crv: "P-256",
    x: toBase64Url(bytes.subarray(1, 33)),
    y: toBase64Url(bytes.subarray(33)),
  }),
);

function agreementOn(
  curve: { readonly name: string; readonly namedCurve?: string },
  publicBytes: number,
  jwkOf: (publicBytes: Uint8Array) => JsonWebKey,
): SealingWay {
  const generate = async () => await crypto.subtle.generateKey(curve, true, ["deriveBits"]) as CryptoKeyPair;
  const agreed = async (privateKey: CryptoKey, key: CryptoKey) =>
    new Uint8Array(await crypto.subtle.deriveBits({ name: curve.name, public: key }, privateKey, 256))
      .toHex();
  const importPublic = (bytes: Uint8Array<ArrayBuffer>) =>
    crypto.subtle.importKey("raw", bytes, curve, true, []);
  return {
    publicBytes,
    async generate() {
      const { privateKey, publicKey } = await generate();
      const { d = "" } = await crypto.subtle.exportKey("jwk", privateKey);
      const privateBytes = fromBase64Url(d);
      if (!privateBytes) throw new TypeError("Cannot generate encryption key: export without key bytes");
      return { privateBytes, publicBytes: new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)) };
    },
    async importPair({ privateBytes, publicBytes }: PairBytes) {
      const jwk = { ...jwkOf(publicBytes), d: toBase64Url(privateBytes) };
      const privateKey = await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]);
      const publicKey = await importPublic(publicBytes);
      const probe = await generate();
      if (await agreed(privateKey, probe.publicKey) !== await agreed(probe.privateKey, publicKey)) {
        throw new TypeError("Cannot use key: its halves do not belong together");
      }
      return { privateKey, publicKey };
    },
    importPublic,
  };
}
