/** Keys for HPKE (RFC 9180), by its hybrid KEMs. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_P256, KEM_MLKEM768_X25519 } from "hpke";
import type { SealingWay } from "./encryption_key.ts";

/** X-Wing, KEM 0x647a: the ML-KEM-768 encapsulation key before the X25519 key. */
export const mlkem768X25519 = kem(KEM_MLKEM768_X25519, 1_216);

/** KEM 0x0050: the ML-KEM-768 encapsulation key before the uncompressed point. */
export const mlkem768P256 = kem(KEM_MLKEM768_P256, 1_249);

function kem(kind: typeof KEM_MLKEM768_X25519, publicBytes: number): SealingWay {
  const suite = new CipherSuite(kind, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  const owned = (bytes: Uint8Array) => new Uint8Array(bytes);
  return {
    publicBytes,
    async generate() {
      const { privateKey, publicKey } = await suite.GenerateKeyPair(true);
      return {
        privateBytes: owned(await suite.SerializePrivateKey(privateKey)),
        publicBytes: owned(await suite.SerializePublicKey(publicKey)),
      };
    },
    async importPair({ privateBytes, publicBytes }) {
      const privateKey = await suite.DeserializePrivateKey(privateBytes, false);
      const publicKey = await suite.DeserializePublicKey(publicBytes);
      const probe = await suite.Seal(publicKey, new TextEncoder().encode("mitral key check"));
      await suite.Open(privateKey, probe.encapsulatedSecret, probe.ciphertext);
      return { privateKey, publicKey };
    },
    importPublic: (bytes) => suite.DeserializePublicKey(bytes),
  };
}
