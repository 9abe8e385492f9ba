import { toBase64Url } from "./_key_encoding.ts";
import type { VerificationKey } from "./signing_key.ts";

type KeyFacts = Pick<VerificationKey, "algorithm" | "publicBytes">;

/** True where two keys are one. */
export function sameKey(one: KeyFacts, other: KeyFacts): boolean {
  return one.algorithm === other.algorithm && toBase64Url(one.publicBytes) === toBase64Url(other.publicBytes);
}
