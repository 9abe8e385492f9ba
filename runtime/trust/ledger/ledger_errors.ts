import { declareErrors } from "../../contract/error.ts";

/** Errors of what is read of a ledger: its own entries, and what others hand in. */
export const ledgerErrors = declareErrors("ledger", {
  LEDGER_ENTRY_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read ledger entry: {part} is missing or not as it must be",
  },
  LEDGER_NOTE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read checkpoint: {part} is missing or not as it must be",
  },
  LEDGER_PROOF_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read proof: {part} is missing or not as it must be",
  },
});
