import { declareErrors, type ErrorTable } from "../../runtime/contract/error.ts";

/** Why a template cannot be compiled or filled in. */
export type TemplateCode =
  | "TEMPLATE_TEXT_INVALID"
  | "TEMPLATE_PATH_INVALID"
  | "TEMPLATE_DATE_INVALID"
  | "TEMPLATE_DATE_IMPRECISE";

/** What can be wrong with a template, and with a value it is given. */
export const templateErrors: ErrorTable<TemplateCode> = declareErrors("template", {
  TEMPLATE_TEXT_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read template of {setting}: expected {expected} at column {column}",
  },
  TEMPLATE_PATH_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read template of {setting}: no path at column {column} ({reason})",
  },
  TEMPLATE_DATE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot write date of {source}: it is neither an HL7 time stamp nor an ISO 8601 date",
  },
  TEMPLATE_DATE_IMPRECISE: {
    blame: "sender",
    retry: "never",
    says: "Cannot write date of {source}: the pattern {pattern} asks for more than it says",
  },
});
