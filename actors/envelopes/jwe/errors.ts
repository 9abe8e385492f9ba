import { errorTable, type Fail, type Fault } from "../../../runtime/contract/error.ts";
import { type SignedCode, signedFaults } from "../_kit/faults.ts";
import { faultsOf, wordsOf } from "../../../runtime/contract/words.ts";

/** Everything the `jwe` envelope can fail with. */
export const errors = {
  ...faultsOf("JWE", signedFaults),
  JWE_ENVELOPE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: not a JWE in compact or general serialization",
  },
  JWE_HEADER_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: {field} of the JWE is not as it must be",
  },
  JWE_RECIPIENT_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: not sealed for {gateway}",
  },
  JWE_KEY_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot open: sealed for a key {gateway} does not have; the sender's copy of our keys, or ours, is out of date",
  },
  JWE_CONTENT_ALTERED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: altered after sealing, or sealed for another key",
  },
} as const satisfies Record<string, Fault>;

/** Code of any of them. */
export type JweCode = keyof typeof errors;

/** Throws one of them. */
export type JweFail = Fail<JweCode>;

/** What is said where a part of the kit says it. */
export const words = wordsOf<"JWE", SignedCode>("JWE", errorTable("jwe", errors));
