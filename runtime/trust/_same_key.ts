import { toBase64Url } from "./_key_encoding.ts";
import type { VerificationKey } from "./signing_key.ts";

/** True where two keys are one. */
export function sameKey(one: VerificationKey, other: VerificationKey): boolean {
  return one.algorithm === other.algorithm && toBase64Url(one.publicBytes) === toBase64Url(other.publicBytes);
}
