import { declareErrors } from "../../contract/error.ts";

/** What is wrong with a ledger, ours or a partner's, and what keeps gateways from witnessing each other's. */
export const errors = declareErrors("ledger", {
  LEDGER_VIEW_SPLIT: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot vouch for the ledger of {gateway}: what it shows of epoch {epoch} did not grow out of the {signed} entries it has signed",
  },
  LEDGER_ROLLED_BACK: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot vouch for the ledger of {gateway}: it has signed {signed} entries of epoch {signedEpoch}, and holds {size} of epoch {epoch}",
  },
  LEDGER_PARTNER_RESTORED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot vouch for entries of {gateway} any more: it was restored, and of the {signed} of epoch {signedEpoch} {gone}",
  },
  LEDGER_KEY_STRANGE: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot vouch for our own ledger: none of our ledger keys has signed the newest head, of {signed} entries",
  },
  LEDGER_CHECKPOINT_STRANGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot witness the ledger of {partner}: {part} of what it told is not as it must be",
  },
  LEDGER_CHECKPOINT_UNSIGNED: {
    blame: "sender",
    retry: "later",
    says: "Cannot witness the ledger of {partner}: no ledger key of its file has signed what it showed",
  },
  LEDGER_RESTORE_UNSEEN: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot witness the ledger of {partner}: it was restored once more, and the alarm about the time before is not settled, or this one cannot be written down",
  },
  LEDGER_WITNESS_BUSY: {
    blame: "sender",
    retry: "later",
    says: "Cannot witness the ledger of {partner}: it asks more than {most} times a minute",
  },
  LEDGER_WITNESS_KEYLESS: {
    blame: "receiver",
    retry: "later",
    says: "Cannot witness the ledger of {partner}: this gateway has no ledger key",
  },
  LEDGER_COSIGNATURE_STRANGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot take what {partner} says of our ledger: {part} is not as it must be",
  },
  LEDGER_WITNESS_MISTAKEN: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot see what {partner} holds against our ledger: it grew out of the {signed} entries that it knows of",
  },
  LEDGER_WITNESS_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot have our ledger witnessed by {partner}: something crashed",
  },
  LEDGER_ALARM_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot settle alarm {id}: there is none, or it is settled",
  },
});
