import type { AddCommand } from "../session.ts";
import { addAuditExport } from "./audit_export.ts";
import { addAuditList } from "./audit_list.ts";
import { addAuditProve } from "./audit_prove.ts";
import { addReport } from "./audit_report.ts";
import { addAuditVerify } from "./audit_verify.ts";

/** `mitral audit export|list|prove|report|verify` */
export const addAudit: AddCommand = (parent, session) => {
  const audit = parent.command("audit").description(
    "what the ledger says was done, when and by whom, and the proof of it",
  );
  addAuditExport(audit, session);
  addAuditList(audit, session);
  addAuditProve(audit, session);
  addReport(audit, session);
  addAuditVerify(audit, session);
};
