import type { PatientChange, PatientName, PatientNumber } from "../../contract/patient.ts";

/** What a message that is through says of patients, written down afterwards; or a person. */
export interface TellPatients {
  readonly op: "tellPatients";
  /** The message: what a later one has said stays. Left out: it counts after every message that has come. */
  readonly seq?: number;
  readonly changes: readonly PatientChange[];
}

/** A patient of the index, by the number that counts now. */
export interface IndexedPatient extends PatientNumber {
  /** The one that counts first; possibly none. */
  readonly names: readonly PatientName[];
  readonly aliases: readonly PatientName[];
  /** As it was told; possibly empty. */
  readonly birthDate: string;
  /** Possibly empty. */
  readonly sex: string;
  /** Numbers that lead here by now, with the names their patients had. */
  readonly former: readonly FormerPatient[];
}

/** Somebody who is another patient by now. */
export interface FormerPatient extends PatientNumber {
  readonly names: readonly PatientName[];
}

/** Who has, or had, a number: from whomever, or from one. */
export interface AskPatientsByNumber {
  readonly ask: "patientsByNumber";
  readonly id: string;
  readonly assigner?: string;
}

/** Who has a family name, written in one of some ways, and was born on a day (`YYYYMMDD`). */
export interface AskPatientsByName {
  readonly ask: "patientsByName";
  readonly families: readonly string[];
  readonly birthDate: string;
}

/** How many there are. */
export interface PatientFigures {
  /** Numbers that patients have. */
  readonly numbers: number;
  /** Numbers that lead to others. */
  readonly merged: number;
}

/** What is asked of the patient index. */
export type PatientQuestion =
  | AskPatientsByNumber
  | AskPatientsByName
  | { readonly ask: "patientFigures" };
