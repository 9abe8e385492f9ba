import { declareErrors } from "../../contract/error.ts";

/** Errors of documents that people review. */
export const errors = declareErrors("review", {
  REVIEW_DOCUMENT_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot find document: none, or more than one, whose id starts with {id} waits or waited for people",
  },
  REVIEW_STATE_WRONG: {
    blame: "operator",
    retry: "never",
    says: "Cannot change document: it is {state}",
  },
  REVIEW_REVISION_STALE: {
    blame: "operator",
    retry: "never",
    says: "Cannot change document: somebody else has changed it since it was looked at; look again",
  },
  REVIEW_PAGE_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot show page {page}: the document has {pages}",
  },
  REVIEW_PATH_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot set value: a document of kind {kind} has none at this path",
  },
  REVIEW_VALUE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot set {path}: the text is no value of its type",
  },
  REVIEW_PATIENT_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot approve document: nobody says whom it is about; set the patient",
  },
  REVIEW_PATIENT_DIFFERS: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot set patient: on the page stands somebody else ({fields}); set right what was misread, or say that the page is wrong",
  },
  REVIEW_PATIENTS_SEVERAL: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot approve document: it speaks of several patients; reject it, or set its kind to unknown and the patient, and it goes on as a plain document",
  },
  REVIEW_APPROVAL_REPEATED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot approve document: {approvals} people have to, and the last of them may neither have approved it before nor have set a value last",
  },
  REVIEW_VALUE_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot approve document: a message of it cannot do without {path}",
  },
});
