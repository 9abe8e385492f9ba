import { sha256 } from "@noble/hashes/sha2.js";
import { hash } from "node:crypto";

/** What is longer takes longer in JavaScript than a call of `node:crypto`, which makes an object for each. */
const SHORT_BYTES = 512;

const blank = sha256.create(), running = sha256.create();

/**
 * Writes the SHA-256 of bytes into 32 bytes that are there, which may lie among them. A message takes several, mostly short:
 * nothing is made for one, since that would cost more than the hash.
 */
export function sha256Into(made: Uint8Array, bytes: Uint8Array): void {
  if (bytes.length > SHORT_BYTES) made.setFromHex(hash("sha256", bytes));
  else blank._cloneInto(running).update(bytes).digestInto(made);
}
