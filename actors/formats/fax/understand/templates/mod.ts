import { invoice } from "./invoice.ts";
import { labReport } from "./lab_report.ts";
import { referral } from "./referral.ts";

/** What comes with the gateway: one template for each kind, for layouts that nobody has described. */
export const builtIn = [invoice, labReport, referral] as const;
