import type { DocumentPatient } from "../../contract/document.ts";
import { normalNumber, wholeDate } from "../../journal/patients/normal_forms.ts";
import type { IndexedPatient } from "../../journal/patients/operations.ts";
import { isSameName } from "./same_name.ts";
import type { PatientVerdict, ReadPatient } from "./verdict.ts";

/**
 * Whose document it is. Number, name and date of birth must all be those of one patient: two of three are not enough. Numbers
 * may differ in spaces, dashes and leading zeros, dates not at all, names as {@linkcode isSameName} has it. A number that was
 * merged stands for the patient it leads to, whose date of birth counts, and whose names are those of both. Of two patients
 * whose numbers differ by no more than that, and who agree in all else, it is the one whose number stands there exactly.
 */
export function judgePatient(read: ReadPatient, candidates: readonly IndexedPatient[]): PatientVerdict {
  const missing = missingIn(read);
  if (missing.length > 0) return { kind: "incomplete", missing };
  const compared = candidates.filter((candidate) => hasNumber(candidate, read.mrn)).map((candidate) => ({
    candidate,
    about: differences(read, candidate),
  }));
  const all = compared.filter(({ about }) => about.length === 0);
  const exact = all.filter(({ candidate }) => numbersOf(candidate).includes(read.mrn.trim()));
  const [same, ...others] = exact.length > 0 ? exact : all;
  if (others.length > 0) return { kind: "ambiguous" };
  if (same) return { kind: "matched", patient: patientOf(same.candidate) };
  const [nearest] = compared.sort((a, b) => a.about.length - b.about.length);
  return nearest ? { kind: "differs", about: nearest.about } : { kind: "unknown" };
}

/** What is needed and was not read. */
export function missingIn({ mrn, name, birthDate }: ReadPatient): readonly ("mrn" | "name" | "birthDate")[] {
  return [
    ...(normalNumber(mrn) === "" ? ["mrn" as const] : []),
    ...(name.trim() === "" ? ["name" as const] : []),
    ...(isDay(birthDate) ? [] : ["birthDate" as const]),
  ];
}

/** As a patient of a document. */
export function patientOf(
  { id: mrn, assigner: authority = "", names, aliases, birthDate, sex }: IndexedPatient,
): DocumentPatient {
  const { family = "", given = "" } = names[0] ?? aliases[0] ?? {};
  return { mrn, authority, family, given, birthDate: wholeDate(birthDate), sex, source: "index" };
}

function hasNumber(candidate: IndexedPatient, mrn: string): boolean {
  const wanted = normalNumber(mrn);
  return numbersOf(candidate).some((known) => normalNumber(known) === wanted);
}

function numbersOf({ id, former }: IndexedPatient): readonly string[] {
  return [id, ...former.map(({ id }) => id)];
}

function differences(
  { name, birthDate }: ReadPatient,
  { names, aliases, former, birthDate: known }: IndexedPatient,
): readonly ("name" | "birthDate")[] {
  const all = [...names, ...aliases, ...former.flatMap(({ names }) => names)];
  return [
    ...(all.some((each) => isSameName(name, each)) ? [] : ["name" as const]),
    ...(wholeDate(known) === birthDate ? [] : ["birthDate" as const]),
  ];
}

/** A day and no more: what is read is in its normal form, or it is not known. */
function isDay(date: string): boolean {
  return date.length === 8 && wholeDate(date) === date;
}
