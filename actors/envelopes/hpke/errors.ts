import type { Fail, Fault } from "../../../runtime/contract/error.ts";

/** Everything the `hpke` envelope can fail with. */
export const errors = {
  HPKE_STATEMENT_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot seal: {field} of the statement is not as docs/envelope.md has it",
  },
  HPKE_RECIPIENTS_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot seal: recipients must be 1 to {recipientsMax}, each once ({recipients})",
  },
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
  HPKE_VERSION_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot open: {field} is of a version or suite this gateway does not know",
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
  HPKE_SIGNER_UNKNOWN: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: signed with a key of no partner by the name in the header",
  },
  HPKE_SIGNATURE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: the statement inside is not signed, or not by the key it names",
  },
  HPKE_STATEMENT_MISMATCHED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: {field} is not what the sender signed",
  },
  HPKE_ENVELOPE_EXPIRED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: expired more than clockSkewMsMax ({clockSkewMsMax}) ago",
  },
  HPKE_ENVELOPE_POSTDATED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: issued more than clockSkewMsMax ({clockSkewMsMax}) in the future",
  },
  HPKE_OUTCOME_UNSETTLED: {
    blame: "bug",
    retry: "never",
    says: "Cannot make receipt: a message that may yet be taken has none",
  },
  HPKE_RECEIPT_INVALID: {
    blame: "receiver",
    retry: "later",
    says: "Cannot read receipt: {field} is not as it must be",
  },
  HPKE_RECEIPT_SIGNER_UNKNOWN: {
    blame: "receiver",
    retry: "later",
    says: "Cannot trust receipt: signed with no key of {gateway}",
  },
  HPKE_RECEIPT_SIGNATURE_INVALID: {
    blame: "receiver",
    retry: "later",
    says: "Cannot trust receipt: not signed by the key of {gateway} it names",
  },
  HPKE_RECEIPT_UNAPPROVED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use receipt: the profile {profile} takes no {algorithm}",
  },
  HPKE_RECEIPT_MISMATCHED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use receipt: {field} is not that of the message sent",
  },
  HPKE_MESSAGE_REJECTED: {
    blame: "receiver",
    retry: "never",
    says: "Cannot deliver: {gateway} has signed that it refuses the message ({reason})",
  },
} as const satisfies Record<string, Fault>;

/** Code of any of them. */
export type HpkeCode = keyof typeof errors;

/** Throws one of them. */
export type HpkeFail = Fail<HpkeCode>;
