import type { AddCommand } from "../session.ts";
import { addAuditAlarms, addAuditSettle } from "./audit_alarms.ts";
import { addAuditExport } from "./audit_export.ts";
import { addAuditList } from "./audit_list.ts";
import { addAuditProve } from "./audit_prove.ts";
import { addReport } from "./audit_report.ts";
import { addAuditVerify } from "./audit_verify.ts";

/** `mitral audit list|prove|verify|export|report|alarms|settle` */
export const addAudit: AddCommand = (parent, session) => {
  const audit = parent.command("audit").description(
    "ask the ledger what was done, when and by whom; prove it, send it to a collector, look after its alarms",
  );
  addAuditList(audit, session);
  addAuditProve(audit, session);
  addAuditVerify(audit, session);
  addAuditExport(audit, session);
  addReport(audit, session);
  addAuditAlarms(audit, session);
  addAuditSettle(audit, session);
};
