import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { CheckpointSigner } from "../../../../runtime/trust/ledger/checkpoint.ts";

/** PKCS #8 of an Ed25519 key, up to the key itself (RFC 8410 section 7). */
const PKCS8 = Uint8Array.fromHex("302e020100300506032b657004220420");

/** A signer whose private key is that byte, 32 times. */
export function signerOf(byte: number): CheckpointSigner {
  const der = Buffer.from([...PKCS8, ...new Uint8Array(32).fill(byte)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicBytes: new Uint8Array(spki.subarray(-32)),
    sign: (bytes) => new Uint8Array(sign(null, bytes, key)),
  };
}
