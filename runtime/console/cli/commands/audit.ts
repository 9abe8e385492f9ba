import { addReport } from "./audit_report.ts";
import type { AddCommand } from "../session.ts";

/** `mitral audit …` */
export const addAudit: AddCommand = (parent, session) => {
  const audit = parent.command("audit").description(
    "what the ledger says was done, when and by whom, and the proof of it",
  );
  addReport(audit, session);
};
