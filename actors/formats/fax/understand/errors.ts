import { declareErrors } from "../../../../runtime/contract/error.ts";

/** What can be wrong with a template. Lines and columns count from 1. */
export const errors = declareErrors("fax", {
  FAX_TEMPLATE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read template {file}, line {line}, column {column}: {rule}",
  },
});
