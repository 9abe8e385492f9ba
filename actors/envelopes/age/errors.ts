import { errorTable, type Fail, type Fault } from "../../../runtime/contract/error.ts";
import { type SignedCode, signedFaults } from "../_kit/faults.ts";
import { faultsOf, wordsOf } from "../../../runtime/contract/words.ts";

/** Everything the `age` envelope can fail with. */
export const errors = {
  ...faultsOf("AGE", signedFaults),
  AGE_KEY_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot use {setting}: it holds no key of age, or one that cannot be used",
  },
  AGE_RECIPIENTS_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot seal: the file of recipientsFile cannot be read",
  },
  AGE_ENVELOPE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: not encrypted with age",
  },
  AGE_IDENTITY_MISMATCHED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: encrypted for other keys than ours",
  },
  AGE_CONTENT_DAMAGED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: what is encrypted is damaged or cut short",
  },
  AGE_STATEMENT_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot vouch for the message: no signed statement stands before it",
  },
  AGE_RECIPIENT_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: the statement before the message is not for {gateway}",
  },
} as const satisfies Record<string, Fault>;

/** Code of any of them. */
export type AgeCode = keyof typeof errors;

/** Throws one of them. */
export type AgeFail = Fail<AgeCode>;

/** What is said where a part of the kit says it. */
export const words = wordsOf<"AGE", SignedCode>("AGE", errorTable("age", errors));
