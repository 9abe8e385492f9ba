import type { EnvelopeTools, Keyring, SignatureKey } from "../../../runtime/contract/envelope.ts";
import { errorTable } from "../../../runtime/contract/error.ts";
import { choice, type ChoiceField, type Fields } from "../../../runtime/contract/spec.ts";
import { errors, type HpkeCode } from "./errors.ts";
import { allows, type Profile } from "./suites.ts";

/** What the `hpke` envelope can be told. */
export interface HpkeSpec extends Fields {
  /** Which algorithms it takes. */
  readonly profile: ChoiceField<Profile> & { readonly default: "any" };
}

/** The same, as gateway files are read by it. */
export const config: HpkeSpec = {
  profile: choice(
    "Which algorithms it seals with and opens: any it knows, or nist: ML-KEM-768 with P-256, AES-256-GCM and ECDSA " +
      "with P-256, and nothing else.",
    ["any", "nist"] as const satisfies readonly Profile[],
    { default: "any" },
  ),
};

/** What every call is given. */
export type HpkeTools = EnvelopeTools<HpkeSpec, HpkeCode>;

/** The key we sign with. Fails by HPKE_KEY_UNAPPROVED, and as the keyring does. */
export function ourSigningKey({ keys, config: { profile }, fail }: HpkeTools): SignatureKey {
  const key = keys.signingKey();
  return allows(profile, key.algorithm)
    ? key
    : fail("HPKE_KEY_UNAPPROVED", { profile, algorithm: key.algorithm });
}

/** What whoever calls without a gateway has to give. */
export interface StreamTools {
  /** Our keys and our partners'. */
  readonly keys: Keyring;
  /** The time of this call, in milliseconds since 1970-01-01T00:00Z. */
  readonly nowMs: number;
  /** Which algorithms it takes: `any` where left out. */
  readonly profile?: Profile;
}

/** The same, as every call is given it. */
export function toolsOf({ keys, nowMs, profile = "any" }: StreamTools): HpkeTools {
  return { keys, nowMs, config: { profile }, fail: errorTable("hpke", errors).fail };
}
