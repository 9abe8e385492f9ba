import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from "hpke";
import type { OpaqueKey, SealingAlgorithm } from "../contract/envelope.ts";
import { keyIdOf } from "./_key_encoding.ts";
import type { KeyTimes } from "./key_times.ts";

/** Name of the algorithm in key files: X-Wing, HPKE KEM 0x647a. */
export const ENCRYPTION_ALGORITHM = "MLKEM768-X25519" satisfies SealingAlgorithm;

/** A key a gateway opens with. */
export interface DecryptionKey extends KeyTimes {
  /** What it is for. */
  readonly algorithm: SealingAlgorithm;
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** Cannot be exported. */
  readonly privateKey: OpaqueKey;
  /** Its other half. */
  readonly publicKey: OpaqueKey;
  /** 1,216 bytes: ML-KEM-768 encapsulation key, X25519 public key. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

/** A key a gateway is sealed for. */
export interface EncryptionKey extends KeyTimes {
  /** What it is for. */
  readonly algorithm: SealingAlgorithm;
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** The key itself. */
  readonly key: OpaqueKey;
  /** 1,216 bytes: ML-KEM-768 encapsulation key, X25519 public key. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const owned = (bytes: Uint8Array) => new Uint8Array(bytes);

/** Makes the 32-byte private seed and the public half of a new encryption key. */
export async function generateEncryptionKey(): Promise<
  { privateBytes: Uint8Array<ArrayBuffer>; publicBytes: Uint8Array<ArrayBuffer> }
> {
  const pair = await suite.GenerateKeyPair(true);
  return {
    privateBytes: owned(await suite.SerializePrivateKey(pair.privateKey)),
    publicBytes: owned(await suite.SerializePublicKey(pair.publicKey)),
  };
}

/** Reads both halves; throws where they are no key. The private key cannot be taken out again. */
export async function importDecryptionKey(
  privateBytes: Uint8Array<ArrayBuffer>,
  publicBytes: Uint8Array<ArrayBuffer>,
): Promise<DecryptionKey> {
  const privateKey = await suite.DeserializePrivateKey(privateBytes, false);
  const { keyId, key } = await importEncryptionKey(publicBytes);
  return { algorithm: ENCRYPTION_ALGORITHM, keyId, privateKey, publicKey: key, publicBytes };
}

/** Reads a public half; throws where it is no key. */
export async function importEncryptionKey(publicBytes: Uint8Array<ArrayBuffer>): Promise<EncryptionKey> {
  const key = await suite.DeserializePublicKey(publicBytes);
  return { algorithm: ENCRYPTION_ALGORITHM, keyId: await keyIdOf(publicBytes), key, publicBytes };
}

/** True where the halves belong together. */
export async function isEncryptionPair({ privateKey, publicKey }: DecryptionKey): Promise<boolean> {
  const probe = new TextEncoder().encode("mitral key check");
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, probe);
  try {
    const opened = await suite.Open(privateKey, encapsulatedSecret, ciphertext);
    return opened.length === probe.length;
  } catch {
    return false;
  }
}
