import type { OpaqueKey, SealingAlgorithm } from "../contract/envelope.ts";
import { p256, x25519 } from "./_agreement_key.ts";
import { mlkem768P256, mlkem768X25519 } from "./_kem_key.ts";
import { keyIdOf, type PairBytes } from "./_key_encoding.ts";
import type { KeyTimes } from "./key_times.ts";

/** A key a gateway opens with. */
export interface DecryptionKey extends KeyTimes {
  /** What it is for. */
  readonly algorithm: SealingAlgorithm;
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** Cannot be exported. For JWE's algorithms it is a `CryptoKey`. */
  readonly privateKey: OpaqueKey;
  /** Its other half. */
  readonly publicKey: OpaqueKey;
  /** As long as {@linkcode encryptionKeyBytes} says. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

/** A key a gateway is sealed for. */
export interface EncryptionKey extends KeyTimes {
  /** What it is for. */
  readonly algorithm: SealingAlgorithm;
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** The key itself. For JWE's algorithms it is a `CryptoKey`. */
  readonly key: OpaqueKey;
  /** As long as {@linkcode encryptionKeyBytes} says. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

/** How the keys of an algorithm are made and read. Private halves have 32 bytes, whatever the algorithm. */
export interface SealingWay {
  /** Length of a public key. */
  readonly publicBytes: number;
  /** Makes both halves. */
  generate(): Promise<PairBytes>;
  /** Tries them; rejects where they are no key, or not of one. The private one cannot be exported again. */
  importPair(pair: PairBytes): Promise<{ readonly privateKey: OpaqueKey; readonly publicKey: OpaqueKey }>;
  /** Rejects where it is no key. */
  importPublic(publicBytes: Uint8Array<ArrayBuffer>): Promise<OpaqueKey>;
}

const WAYS: Readonly<Record<SealingAlgorithm, SealingWay>> = {
  "MLKEM768-X25519": mlkem768X25519,
  "MLKEM768-P256": mlkem768P256,
  "X25519": x25519,
  "P-256": p256,
};

/** Length of public keys, by algorithm. */
export const encryptionKeyBytes: Readonly<Record<SealingAlgorithm, number>> = {
  "MLKEM768-X25519": mlkem768X25519.publicBytes,
  "MLKEM768-P256": mlkem768P256.publicBytes,
  "X25519": x25519.publicBytes,
  "P-256": p256.publicBytes,
};

/** Makes both halves of a new encryption key; the private one has 32 bytes. */
export function generateEncryptionKey(algorithm: SealingAlgorithm): Promise<PairBytes> {
  return WAYS[algorithm].generate();
}

/** Reads both halves and tries them; throws where they are no key, or not of one. The private key cannot be taken out again. */
export async function importDecryptionKey(
  algorithm: SealingAlgorithm,
  pair: PairBytes,
): Promise<DecryptionKey> {
  const { publicBytes } = pair;
  return {
    algorithm,
    keyId: await keyIdOf(publicBytes),
    ...await WAYS[algorithm].importPair(pair),
    publicBytes,
  };
}

/** Reads a public half; throws where it is no key. */
export async function importEncryptionKey(
  algorithm: SealingAlgorithm,
  publicBytes: Uint8Array<ArrayBuffer>,
): Promise<EncryptionKey> {
  const key = await WAYS[algorithm].importPublic(publicBytes);
  return { algorithm, keyId: await keyIdOf(publicBytes), key, publicBytes };
}
