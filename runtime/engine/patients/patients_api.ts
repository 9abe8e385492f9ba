import type { DocumentPatient } from "../../contract/document.ts";
import type { PatientNumber } from "../../contract/patient.ts";
import type { By } from "../../journal/acts.ts";
import type { PatientFigures } from "../../journal/patients/operations.ts";
import type { PatientVerdict, ReadPatient } from "./verdict.ts";

/** A patient somebody looks for: by the number, or by name and date of birth. */
export type WantedPatient = PatientNumber | {
  /** As people write it: `Delacroix, William` or `William Delacroix`. */
  readonly name: string;
  /** `YYYYMMDD`. */
  readonly birthDate: string;
};

/** A patient of the index, as people see one. */
export interface FoundPatient extends Omit<DocumentPatient, "source"> {
  /** Other names the patient goes by, or had: `Family, Given`. */
  readonly aliases: readonly string[];
  /** Numbers that lead to this patient by now. */
  readonly formerly: readonly PatientNumber[];
}

/** What came of reading old messages for the index. */
export interface RebuiltIndex {
  /** Messages that were read. */
  readonly messages: number;
  /** Those that are there no more, or that nobody can read. */
  readonly unreadable: number;
}

/** The patient index of a gateway. */
export interface GatewayPatients {
  /**
   * Whose document it is, as far as the index goes. What is being worked on at this moment may not be in it yet. Nobody is
   * recorded to have looked: no person has.
   */
  judge(read: ReadPatient): Promise<PatientVerdict>;
  /** Who may be meant; recorded with each patient found. Errors: GATEWAY_PATIENTS_MISSING (it keeps no index). */
  find(wanted: WantedPatient, by?: By): Promise<readonly FoundPatient[]>;
  /**
   * Takes a patient out, with all numbers that lead there; a message to come tells of it anew. Says how many numbers went.
   * Errors: GATEWAY_PATIENTS_MISSING.
   */
  forget(number: PatientNumber, by?: By): Promise<{ readonly numbers: number }>;
  /** How many are in it. */
  figures(): Promise<PatientFigures>;
  /**
   * Reads what the journal still has of the channels that feed the index, oldest first. What is in the index and newer stays.
   * Errors: GATEWAY_PATIENTS_MISSING.
   */
  rebuild(by?: By): Promise<RebuiltIndex>;
}
