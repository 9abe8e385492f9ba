import { createHash, timingSafeEqual } from "node:crypto";

/** SHA-256 of what somebody shows. */
export function digestOf(shown: string): Uint8Array {
  return createHash("sha256").update(shown).digest();
}

/** True where a digest is one of several. Compares all of them, in a time that tells nothing. */
export function isAmong(digest: Uint8Array, digests: readonly Uint8Array[]): boolean {
  let found = false;
  for (const each of digests) found = timingSafeEqual(digest, each) || found;
  return found;
}
