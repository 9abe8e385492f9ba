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

/**
 * The keyring as the profile lets it be used: our signing key fails by HPKE_KEY_UNAPPROVED, and a partner's by `unapproved`,
 * where it is for an algorithm the profile does not take.
 */
export function approvedKeys(
  { keys, config: { profile }, fail }: HpkeTools,
  unapproved: "HPKE_ALGORITHM_UNAPPROVED" | "HPKE_RECEIPT_UNAPPROVED" = "HPKE_ALGORITHM_UNAPPROVED",
): Pick<Keyring, "gateway" | "gatewayOf" | "signingKey" | "verificationKey"> {
  const approved = (key: SignatureKey, code: HpkeCode) =>
    allows(profile, key.algorithm) ? key : fail(code, { profile, algorithm: key.algorithm });
  return {
    gateway: keys.gateway,
    gatewayOf: (partner) => keys.gatewayOf(partner),
    signingKey: () => approved(keys.signingKey(), "HPKE_KEY_UNAPPROVED"),
    verificationKey(gateway, keyId) {
      const key = keys.verificationKey(gateway, keyId);
      return key && approved(key, unapproved);
    },
  };
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
