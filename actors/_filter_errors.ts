import { declareErrors } from "../runtime/contract/error.ts";

/** What can be wrong with a filter, its tables, or the body it is given. */
export const filterErrors = declareErrors("filter", {
  FILTER_EXPRESSION_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read filter: expected {expected} at column {column}",
  },
  FILTER_TABLE_UNREADABLE: {
    blame: "operator",
    retry: "never",
    says: "Cannot read filter: table {table} is not a readable text file",
  },
  FILTER_TABLE_EMPTY: {
    blame: "operator",
    retry: "never",
    says: "Cannot read filter: table {table} has no values",
  },
  FILTER_BODY_UNSUPPORTED: {
    blame: "operator",
    retry: "never",
    says: "Cannot filter: the body has no paths, parse it first",
  },
});
