import { importEd25519Key } from "./_ed25519_key.ts";
import type { PairBytes } from "./_key_encoding.ts";

/**
 * The key a gateway signs the heads of its ledger with, and cosigns those of its partners (Ed25519). No message is signed
 * with it. Its private half cannot be taken out.
 */
export interface LedgerKey {
  /** The first 16 hexadecimal digits of the SHA-256 of its public bytes. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicBytes: Uint8Array<ArrayBuffer>;
  /** 64 bytes: the signature (RFC 8032). */
  sign(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** Reads both halves; rejects where they are no key, or not of one. */
export function importLedgerKey(pair: PairBytes): Promise<LedgerKey> {
  return importEd25519Key(pair);
}
