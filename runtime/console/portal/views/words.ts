import type { DocumentPatient, ReadValue } from "../../../contract/document.ts";
import type { PatientVerdict } from "../../../engine/patients/verdict.ts";
import type { Doubt } from "../../../engine/review/doubt.ts";
import type { Disposition, ReviewStep } from "../../../engine/review/review_api.ts";

const FIELDS: Readonly<Record<string, string>> = {
  dob: "Date of birth",
  mrn: "Medical record number",
  npi: "NPI",
  desc: "Description",
  dx: "Diagnosis",
  qty: "Quantity",
  loinc: "LOINC",
  taxId: "Tax ID",
  insuranceId: "Insurance ID",
};

/** A field for people: `patientName` is `Patient name`, `lines[2].amount` is `Line 2: amount`. */
export function fieldWords(path: string): string {
  const cell = /^(\w+?)s?\[(\d+)\]\.(\w+)$/.exec(path);
  if (!cell) return named(path);
  const [, table, row, column] = cell;
  const name = named(column);
  return `${named(table)} ${row}: ${/^[A-Z]{2}/.test(name) ? name : name.toLowerCase()}`;
}

/** A column of a table for people. */
export function named(field: string): string {
  if (FIELDS[field] !== undefined) return FIELDS[field];
  const words = field.replace(/No$/, "Number").replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether somebody should look at a value, and why. */
export function sureness({ value, confidence, source }: ReadValue): string {
  if (source === "person") return "said by a person";
  if (source === "index") return "from the patient index";
  if (value === null) return "could not be read";
  const percent = Math.floor(confidence * 100);
  return source === "ocr" ? `read, ${percent} % sure` : `${SOURCES[source]}, ${percent} % sure`;
}

const SOURCES = { text: "text of the document", barcode: "barcode", derived: "follows from others" } as const;

/** A doubt that is about no single value. */
export function doubtWords({ code, page, why }: Doubt): string {
  const on = page === undefined ? "" : ` (page ${page})`;
  switch (code) {
    case "VALUE_UNSURE":
      return `A value is not sure${on}.`;
    case "CHECK_FAILED":
      return `This does not add up${on}: ${why ?? "a check"}`;
    case "PATIENT_UNCONFIRMED":
      return "The patient index does not confirm whom this is about: say who it is.";
    case "PATIENTS_SEVERAL":
      return "It speaks of several patients: it has to be split or sent back.";
    case "DUPLICATE_SUSPECTED":
      return `It says the same as document ${why}, which came before or has gone on: ` +
        "approve it if it is another one, or reject it as a duplicate.";
    case "PAGE_UNREADABLE":
      return page === undefined
        ? "A page is hard to read."
        : `Page ${page} is hard to read: compare all of it.`;
    case "APPROVAL_REQUIRED":
      return "Documents of this kind always need a person's approval.";
  }
}

/** What the patient index says. */
export function verdictWords(verdict: PatientVerdict): string {
  switch (verdict.kind) {
    case "matched":
      return "Number, name and date of birth agree with one patient of the index.";
    case "differs":
      return `The index has this number with another ${
        verdict.about.map((part) => PARTS[part]).join(" and ")
      }.`;
    case "ambiguous":
      return "Several patients of the index agree with this.";
    case "unknown":
      return "Nobody in the index has this number.";
    case "incomplete":
      return `Not read: ${verdict.missing.map((part) => PARTS[part]).join(", ")}.`;
    case "unasked":
      return "This gateway keeps no patient index.";
  }
}

const PARTS = { mrn: "medical record number", name: "name", birthDate: "date of birth" } as const;

/** `DOE, JANE · born 19700131 · F · MRN 77 (HOSP)` */
export function patientWords(
  { family, given, birthDate, sex, mrn, authority }: Omit<DocumentPatient, "source">,
): string {
  const of = authority === "" ? "" : ` (${authority})`;
  return [`${family}, ${given}`, `born ${birthDate}`, ...sex === "" ? [] : [sex], `MRN ${mrn}${of}`].join(
    " · ",
  );
}

/** Dispositions, in the order they are offered. */
export const dispositionWords: Readonly<Record<Disposition, string>> = {
  misdirected: "Misdirected: it was not meant for us",
  unreadable: "Unreadable: ask for it again",
  duplicate: "Duplicate of one that is here",
  not_needed: "Not needed as a message",
};

/** What somebody did. */
export function stepWords({ did, path, despite, disposition }: ReviewStep): string {
  switch (did) {
    case "opened":
      return "put it up for review";
    case "viewed":
      return "looked at it";
    case "set":
      return path === undefined ? "set a value" : `set ${fieldWords(path)}`;
    case "patient":
      return despite === undefined
        ? "said who the patient is"
        : `said who the patient is, although the page has another ${fieldsWords(despite)}`;
    case "matched":
      return "found another patient in the index: approvals given before do not count";
    case "approved":
      return "approved it";
    case "rejected":
      return disposition === undefined ? "rejected it" : `rejected it: ${disposition.replace("_", " ")}`;
  }
}

/** Fields for people, within a sentence: `patient name and date of birth`. */
export function fieldsWords(fields: readonly string[]): string {
  return fields.map((field) => fieldWords(field).toLowerCase()).join(" and ");
}

/** What a person can do about an error of the reviews; its own words where there are none here. */
export const troubleWords: Readonly<Record<string, string>> = {
  REVIEW_REVISION_STALE:
    "Somebody else changed this document meanwhile. What you see is how it stands now; " +
    "what you just did was not kept.",
  REVIEW_STATE_WRONG: "This document is decided already; nothing was changed.",
  REVIEW_PATIENTS_SEVERAL:
    "It speaks of several patients: reject it, or make it a plain document and say whom it is about.",
  REVIEW_PATIENT_DIFFERS:
    "On the page stands somebody else: compare, and say below whether the page is wrong.",
  REVIEW_PATIENT_MISSING: "Say whom it is about first.",
  REVIEW_APPROVAL_REPEATED:
    "Somebody else has to approve it: you have approved it already, or set a value last.",
  REVIEW_VALUE_MISSING: "A value is missing that its message cannot do without.",
  REVIEW_VALUE_INVALID:
    "That is no value for this field: a date is like 01/31/1970 or 19700131, an amount like 1234.50.",
  REVIEW_PATH_UNKNOWN: "The document has no such value.",
};
