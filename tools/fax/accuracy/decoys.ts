import { normal } from "../made_up.ts";
import type { Truth } from "./samples.ts";

/** A patient as a hospital's registration has them. */
export interface Registered {
  readonly mrn: string;
  readonly family: string;
  readonly given: string;
  /** `YYYYMMDD` */
  readonly birthDate: string;
  readonly sex: string;
}

/** Everybody whom the documents are about, each once. */
export function patientsOf(truths: readonly Truth[]): Registered[] {
  const byNumber = new Map<string, Registered>();
  for (const { fields } of truths) {
    const { mrn, patientName, dob, sex } = fields;
    if (typeof mrn !== "string" || typeof patientName !== "string" || typeof dob !== "string") continue;
    byNumber.set(mrn, {
      mrn,
      ...nameOf(patientName),
      birthDate: dob,
      sex: typeof sex === "string" ? sex : "",
    });
  }
  return [...byNumber.values()];
}

/** `Family, Given M` or `Given M Family`. */
export function nameOf(written: string): { family: string; given: string } {
  const comma = written.indexOf(",");
  if (comma >= 0) return { family: written.slice(0, comma).trim(), given: written.slice(comma + 1).trim() };
  const words = written.trim().split(/\s+/);
  return { family: words.at(-1) ?? "", given: words.slice(0, -1).join(" ") };
}

/**
 * Neighbours whom a careless reader would take for them: the same name with another number and birthday; a number with one
 * digit changed; a twin; family and given name changed about. Their numbers are nobody else's.
 */
export function decoysOf(patients: readonly Registered[]): Registered[] {
  const taken = new Set(patients.map(({ mrn }) => mrn));
  const decoys: Registered[] = [];
  for (const patient of patients) {
    const add = (mrn: string, other: Partial<Registered>) => {
      if (taken.has(mrn)) return;
      taken.add(mrn);
      decoys.push({ ...patient, ...other, mrn });
    };
    add(turned(patient.mrn, 3), { birthDate: nextYear(patient.birthDate) });
    for (let at = 0; at < patient.mrn.length; at++) {
      const mrn = changed(patient.mrn, at);
      if (mrn !== patient.mrn) {
        add(mrn, { family: "Ostrander", given: "Wilfred", birthDate: normal([1950, 2, 1 + at % 28]) });
      }
    }
    add(turned(patient.mrn, 5), { given: patient.given === "Robin" ? "Jamie" : "Robin" });
    add(turned(patient.mrn, 7), { family: patient.given, given: patient.family });
  }
  return decoys;
}

/** Each digit moved on by `by`: as far from the number as can be. */
const turned = (mrn: string, by: number) => mrn.replace(/\d/g, (digit) => String((Number(digit) + by) % 10));

/** What eyes and machines take digits for. */
const LIKE: Readonly<Record<string, string>> = {
  "0": "8",
  "1": "7",
  "2": "7",
  "3": "8",
  "4": "9",
  "5": "6",
  "6": "8",
  "7": "1",
  "8": "3",
  "9": "4",
};
const changed = (mrn: string, at: number) =>
  mrn.slice(0, at) + (LIKE[mrn[at]] ?? mrn[at]) + mrn.slice(at + 1);

const nextYear = (birthDate: string) => String(Number(birthDate.slice(0, 4)) + 1) + birthDate.slice(4);
