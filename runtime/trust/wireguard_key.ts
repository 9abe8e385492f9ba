import type { PairBytes } from "./_key_encoding.ts";
import { importDecryptionKey, importEncryptionKey } from "./encryption_key.ts";

/**
 * The key by which a gateway's WireGuard tunnel knows it (X25519). The public half alone: a gateway speaks no WireGuard
 * itself, and gives the private one to the program that does.
 */
export interface WireGuardKey {
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** What it is for. */
  readonly algorithm: "X25519";
  /** 32 bytes (RFC 7748); WireGuard writes them in base64. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

/** Tries both halves; rejects where they are no key, or not of one. */
export async function tryWireGuardKey(pair: PairBytes): Promise<WireGuardKey> {
  const { keyId, publicBytes } = await importDecryptionKey("X25519", pair);
  return { keyId, algorithm: "X25519", publicBytes };
}

/** Reads a public half; rejects where it is no key. */
export async function importWireGuardKey(
  algorithm: "X25519",
  bytes: Uint8Array<ArrayBuffer>,
): Promise<WireGuardKey> {
  const { keyId, publicBytes } = await importEncryptionKey(algorithm, bytes);
  return { keyId, algorithm, publicBytes };
}
