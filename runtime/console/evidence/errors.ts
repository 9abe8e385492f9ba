import { declareErrors } from "../../contract/error.ts";

/** What keeps evidence from being put together. */
export const errors = declareErrors("evidence", {
  EVIDENCE_DESTINATION_UNCLEAR: {
    blame: "operator",
    retry: "never",
    says: "Cannot prove message: it went to {destinations} destinations; name one",
  },
  EVIDENCE_DESTINATION_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot prove message: it did not go to a destination of that name",
  },
  EVIDENCE_PART_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot prove message: it went out in {parts} parts; name one of them, from 1",
  },
  EVIDENCE_ENTRIES_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot prove message: the ledger has no entry about it; it came before there was one",
  },
  EVIDENCE_HEAD_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot prove message: no signed head of the ledger covers it, or this gateway has no key for that",
  },
  EVIDENCE_KEYS_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot prove message: no file of {gateway} is kept that has the key it signed with",
  },
});
