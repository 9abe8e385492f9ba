/** Keys that sign heads of ledgers in tests. */
import { generateKeyPairSync, sign } from "node:crypto";
import {
  type CheckpointSigner,
  checkpointText,
  originOf,
  signCheckpoint,
} from "../../../../runtime/trust/ledger/checkpoint.ts";
import { cosignatureLine, witnessNameOf } from "../../../../runtime/trust/ledger/cosignature.ts";
import type { LedgerHead } from "../../../../runtime/journal/ledger/operations.ts";

/** A key pair. */
export function newSigner(): CheckpointSigner {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const publicBytes = new Uint8Array(publicKey.export({ type: "spki", format: "der" }).subarray(-32));
  return { publicBytes, sign: (bytes) => new Uint8Array(sign(null, bytes, privateKey)) };
}

const root = "0123456789abcdef";

/** Who signs beside us. */
export const WITNESS = witnessNameOf({ gateway: "north", root });

/** The operation that keeps a signed head. */
export function checkpointOf({ epoch, size, root: hash }: LedgerHead, key: CheckpointSigner, atMs = 1_000) {
  const origin = originOf({ gateway: "ward", root, epoch });
  return {
    op: "keepCheckpoint",
    epoch,
    size,
    atMs,
    note: signCheckpoint({ origin, size, root: hash }, key),
  } as const;
}

/** The operation that keeps what the witness adds. */
export function cosignatureOf({ epoch, size, root: hash }: LedgerHead, key: CheckpointSigner, atMs = 1_000) {
  const text = checkpointText({ origin: originOf({ gateway: "ward", root, epoch }), size, root: hash });
  const line = cosignatureLine(text, WITNESS, key, atMs);
  return { op: "keepCosignature", epoch, size, witness: "north", atMs, line } as const;
}
