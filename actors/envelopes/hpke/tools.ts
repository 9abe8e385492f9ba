import type { EnvelopeTools, SignatureKey } from "../../../runtime/contract/envelope.ts";
import { choice } from "../../../runtime/contract/spec.ts";
import type { HpkeCode } from "./errors.ts";
import { allows, type Profile } from "./suites.ts";

/** What the `hpke` envelope can be told. */
export const config = {
  profile: choice(
    "Which algorithms it seals with and opens: any it knows, or nist: ML-KEM-768 with P-256, AES-256-GCM and ECDSA " +
      "with P-256, and nothing else.",
    ["any", "nist"] as const satisfies readonly Profile[],
    { default: "any" },
  ),
};

/** What every call is given. */
export type HpkeTools = EnvelopeTools<typeof config, HpkeCode>;

/** The key we sign with. Fails by HPKE_KEY_UNAPPROVED, and as the keyring does. */
export function ourSigningKey({ keys, config: { profile }, fail }: HpkeTools): SignatureKey {
  const key = keys.signingKey();
  return allows(profile, key.algorithm)
    ? key
    : fail("HPKE_KEY_UNAPPROVED", { profile, algorithm: key.algorithm });
}
