import type { DocumentPatient } from "../../contract/document.ts";

/** What a document says of its patient, in the normal forms of its fields; empty where it says nothing. */
export interface ReadPatient {
  /** Medical record number. */
  readonly mrn: string;
  /** As it stands on the page: `William J Delacroix`, `BAXTER-HILL, INGRID`. */
  readonly name: string;
  /** `YYYYMMDD`. */
  readonly birthDate: string;
}

/** What the patient index says of it. Only `matched` lets a document go on without a person. */
export type PatientVerdict =
  /** Number, name and date of birth agree with one patient, and with no other. */
  | { readonly kind: "matched"; readonly patient: DocumentPatient }
  /** The number is known, and what else stands there is not that patient's. */
  | { readonly kind: "differs"; readonly about: readonly ("name" | "birthDate")[] }
  /** Several patients agree. */
  | { readonly kind: "ambiguous" }
  /** Nobody has the number. */
  | { readonly kind: "unknown" }
  /** Something that is needed was not read. */
  | { readonly kind: "incomplete"; readonly missing: readonly ("mrn" | "name" | "birthDate")[] }
  /** The gateway keeps no index. */
  | { readonly kind: "unasked" };

/** Asks the patient index. */
export type JudgePatient = (read: ReadPatient) => Promise<PatientVerdict>;
