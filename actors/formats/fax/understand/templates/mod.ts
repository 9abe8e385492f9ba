import { readTemplate } from "../read_template.ts";
import type { Template } from "../template.ts";
import { invoice } from "./invoice.ts";
import { labReport } from "./lab_report.ts";
import { referral } from "./referral.ts";

let read: readonly Template[] | undefined;

/** What comes with the gateway: one template for each kind, for layouts that nobody has described. */
export function builtInTemplates(): readonly Template[] {
  // JSON is YAML: they are read as those of a site are.
  return read ??= [invoice, labReport, referral].map((each) =>
    readTemplate(JSON.stringify(each), each.template)
  );
}
