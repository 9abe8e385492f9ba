import { errorTable, type Fail, type Fault } from "../../../runtime/contract/error.ts";
import { type SignedCode, signedFaults } from "../_kit/faults.ts";
import { faultsOf, wordsOf } from "../../../runtime/contract/words.ts";

/** Everything the `hpke` envelope can fail with. */
export const errors = {
  ...faultsOf("HPKE", signedFaults),
  HPKE_KEY_UNAPPROVED: {
    blame: "operator",
    retry: "later",
    says: "Cannot sign: the profile {profile} takes no {algorithm}, which this gateway's signing key is for",
  },
  HPKE_SOURCE_CHANGED: {
    blame: "operator",
    retry: "later",
    says: "Cannot seal: what is to be sealed was not the same when it was read again",
  },
  HPKE_ENVELOPE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: not a sealed message",
  },
  HPKE_ENVELOPE_TRUNCATED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: cut short after {bytes} bytes",
  },
  HPKE_HEADER_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: {field} of the header is not as it must be",
  },
  HPKE_ALGORITHM_UNAPPROVED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot open: the profile {profile} takes no {algorithm}",
  },
  HPKE_RECIPIENT_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: not sealed for {gateway}",
  },
  HPKE_KEY_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot open: sealed for a key {gateway} does not have; the sender's copy of our keys, or ours, is out of date",
  },
  HPKE_WRAP_ALTERED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: the content key was altered, or wrapped for another key",
  },
  HPKE_BODY_ALTERED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: header or body were altered after sealing",
  },
  HPKE_RECEIPT_UNAPPROVED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use receipt: the profile {profile} takes no {algorithm}",
  },
} as const satisfies Record<string, Fault>;

/** Code of any of them. */
export type HpkeCode = keyof typeof errors;

/** Throws one of them. */
export type HpkeFail = Fail<HpkeCode>;

/** What is said where a part of the kit says it. */
export const words = wordsOf<"HPKE", SignedCode>("HPKE", errorTable("hpke", errors));
