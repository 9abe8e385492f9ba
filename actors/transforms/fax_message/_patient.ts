import type { DocumentPatient } from "../../../runtime/contract/document.ts";
import { segment, type Write } from "./_writes.ts";

/**
 * Whom the message is about, as the patient index or a person has it and never as it was read (PID; HL7 v2.5.1 section
 * 3.4.2). `account`: the number of the account, where the document has one.
 */
export function patientWrites(patient: DocumentPatient, account = ""): readonly Write[] {
  const { mrn, authority, family, birthDate, sex } = patient;
  const [given = "", ...middle] = patient.given.split(" ");
  return segment("PID", {
    1: "1",
    "3.1": mrn,
    "3.4": authority,
    "3.5": "MR",
    "5.1": family,
    "5.2": given,
    "5.3": middle.join(" "),
    7: birthDate,
    8: sex,
    "18.1": account,
  });
}
