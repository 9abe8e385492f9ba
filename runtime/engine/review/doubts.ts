import { type ReadValue, type RecognisedDocument, valuesOf } from "../../contract/document.ts";
import type { PatientVerdict, ReadPatient } from "../patients/verdict.ts";
import type { Doubt } from "./doubt.ts";
import { missingIn, PATIENT_FIELDS, withoutEmptyRows } from "./needed.ts";

/** What a channel wants of documents. */
export interface ReviewSettings {
  /** A value of less confidence waits for a person. */
  readonly below: number;
}

/** What a document says of its patient. */
export function readPatientOf({ fields }: RecognisedDocument): ReadPatient {
  const said = (name: string) => fields[name]?.value ?? "";
  return { mrn: said("mrn"), name: said("patientName"), birthDate: said("dob") };
}

/** The document with the patient that may be relied on: whom a person has set, or else whom the index confirms. */
export function withVerdict(document: RecognisedDocument, verdict: PatientVerdict): RecognisedDocument {
  if (document.patient?.source === "person") return document;
  const { patient: _, ...rest } = document;
  return verdict.kind === "matched" ? { ...rest, patient: verdict.patient } : rest;
}

/**
 * Why a document may not go on without a person; nothing: it may. What a person has set is no doubt, and where the index
 * confirms the patient, the values it was asked with are none.
 *
 * @param copyOf id of another document that says the same; left out where there is none
 */
export function doubtsOf(
  document: RecognisedDocument,
  verdict: PatientVerdict,
  { below }: ReviewSettings,
  copyOf?: string,
): readonly Doubt[] {
  const isSet = document.patient?.source === "person";
  const doubts: Doubt[] = [];
  if (document.hasSeveralPatients) doubts.push({ code: "PATIENTS_SEVERAL" });
  if (copyOf !== undefined) doubts.push({ code: "DUPLICATE_SUSPECTED", why: copyOf });
  if (!isSet && verdict.kind !== "matched") doubts.push({ code: "PATIENT_UNCONFIRMED", why: verdict.kind });
  for (const [at, { isGated }] of document.pages.entries()) {
    if (isGated) doubts.push({ code: "PAGE_UNREADABLE", page: at + 1 });
  }
  const isConfirmed = (path: string) =>
    (isSet || verdict.kind === "matched") && (PATIENT_FIELDS as readonly string[]).includes(path);
  // Of a plain document no value goes on but those that tell the patient.
  const isPlain = document.kind === "unknown";
  for (const [path, value] of isPlain ? [] : valuesOf(document)) {
    if (!isUnsure(value, below) || isConfirmed(path)) continue;
    doubts.push({ code: "VALUE_UNSURE", path, ...(value.page === undefined ? {} : { page: value.page }) });
  }
  const isTold = (path: string) => doubts.some((doubt) => doubt.path === path);
  for (const path of missingIn(withoutEmptyRows(document))) {
    if (!isTold(path)) doubts.push({ code: "VALUE_UNSURE", path, why: "missing" });
  }
  for (const { rule, isMet, about } of isPlain ? [] : document.checks) {
    if (isMet === false) {
      doubts.push({ code: "CHECK_FAILED", why: rule, ...(about[0] ? { path: about[0] } : {}) });
    }
  }
  if (document.kind === "lab_report") doubts.push({ code: "APPROVAL_REQUIRED" });
  return doubts;
}

function isUnsure({ value, confidence, source }: ReadValue, below: number): boolean {
  return source !== "person" && (value === null || confidence < below);
}
