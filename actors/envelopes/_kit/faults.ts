import type { Fault } from "../../../runtime/contract/error.ts";

/** What can go wrong with statements and receipts, whatever carries them. */
export const signedFaults = {
  STATEMENT_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot seal: {field} of the statement is not as docs/envelope.md has it",
  },
  RECIPIENTS_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot seal: recipients must be 1 to {recipientsMax}, each once ({recipients})",
  },
  VERSION_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot open: {field} is of a version or algorithm this gateway does not take",
  },
  SIGNER_UNKNOWN: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: signed with a key of no partner by the name in the header",
  },
  SIGNATURE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: the statement inside is not signed, or not by the key it names",
  },
  STATEMENT_MISMATCHED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: {field} is not what the sender signed",
  },
  ENVELOPE_EXPIRED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: expired more than clockSkewMsMax ({clockSkewMsMax}) ago",
  },
  ENVELOPE_POSTDATED: {
    blame: "sender",
    retry: "never",
    says: "Cannot open: issued more than clockSkewMsMax ({clockSkewMsMax}) in the future",
  },
  OUTCOME_UNSETTLED: {
    blame: "bug",
    retry: "never",
    says: "Cannot make receipt: a message that may yet be taken has none",
  },
  RECEIPT_INVALID: {
    blame: "receiver",
    retry: "later",
    says: "Cannot read receipt: {field} is not as it must be",
  },
  RECEIPT_SIGNER_UNKNOWN: {
    blame: "receiver",
    retry: "later",
    says: "Cannot trust receipt: signed with no key of {gateway}",
  },
  RECEIPT_SIGNATURE_INVALID: {
    blame: "receiver",
    retry: "later",
    says: "Cannot trust receipt: not signed by the key of {gateway} it names",
  },
  RECEIPT_MISMATCHED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use receipt: {field} is not that of the message sent",
  },
  MESSAGE_REJECTED: {
    blame: "receiver",
    retry: "never",
    says: "Cannot deliver: {gateway} has signed that it refuses the message ({reason})",
  },
} as const satisfies Record<string, Fault>;

/** Code of any of them, less the envelope's own prefix. */
export type SignedCode = keyof typeof signedFaults;
