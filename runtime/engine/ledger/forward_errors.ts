import { declareErrors } from "../../contract/error.ts";

/** Errors of what sends the ledger to a collector. */
export const errors = declareErrors("forward", {
  FORWARD_COLLECTOR_SILENT: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send entries of the ledger to the audit collector for {forMs} ms now: {code}",
  },
  FORWARD_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot send entries of the ledger to the audit collector: an error nobody expected ({kind})",
  },
});
