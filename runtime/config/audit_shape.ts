import { choice, durationMs } from "../contract/spec.ts";
import type { AuditPlan } from "../engine/plan.ts";
import { DEFAULTS } from "./gateway_defaults.ts";
import { adapterSection } from "./shape.ts";

const FORMATS = ["atna", "fhir", "json"] as const satisfies readonly AuditPlan["format"][];

/** The section `audit` of a gateway file. */
export const AUDIT = adapterSection(
  "Sends the entries of the ledger to an audit collector as they come: by exactly one adapter, `syslog` or another that " +
    "carries any message. Each is sent at least once, in order; nothing else waits for it.",
  "senders",
  {
    format: choice(
      "What they are written as: `atna`, audit messages of DICOM (IHE ATNA); `fhir`, AuditEvents of FHIR R4; `json`, the " +
        "entries as they are.",
      FORMATS,
      { default: DEFAULTS.audit.format },
    ),
    alarmAfterMs: durationMs(
      "For how long none may get through, while some wait, before somebody is told.",
      { min: 1_000, default: DEFAULTS.audit.alarmAfterMs },
    ),
  },
  { optional: true },
);
