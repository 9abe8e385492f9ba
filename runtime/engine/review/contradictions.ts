import type { DocumentPatient, RecognisedDocument } from "../../contract/document.ts";
import { nameWords, normalNumber } from "../../journal/patients/normal_forms.ts";
import { isSameName } from "../patients/same_name.ts";
import { readPatientOf } from "./doubts.ts";

/**
 * Fields of a document by which it is another patient's: `mrn`, `patientName`, `dob`. What stands there is compared as the
 * patient index compares it; what was not read contradicts nobody.
 */
export function contradictionsOf(
  document: RecognisedDocument,
  { mrn, family, given, birthDate }: Omit<DocumentPatient, "source">,
): readonly string[] {
  const read = readPatientOf(document);
  const differs = {
    mrn: read.mrn !== "" && normalNumber(read.mrn) !== normalNumber(mrn),
    patientName: read.name !== "" && !isNamed(read.name, family, given),
    dob: read.birthDate !== "" && read.birthDate !== birthDate,
  };
  return Object.entries(differs).flatMap(([field, isOther]) => isOther ? [field] : []);
}

/** Of somebody with one name alone, that has to be part of what stands there. */
function isNamed(read: string, family: string, given: string): boolean {
  if (given.trim() !== "") return isSameName(read, { family, given });
  const words = nameWords(read);
  return nameWords(family).every((word) => words.includes(word));
}
