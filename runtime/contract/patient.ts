/** A number that somebody has given a patient. */
export interface PatientNumber {
  /** As the message has it, decoded; not empty. */
  readonly id: string;
  /** Who has given it (HL7 CX-4), by name; left out where the message does not say. */
  readonly assigner?: string;
}

/** What one patient is known by in a message: at least one number, the best first, each once. */
export type Patient = readonly PatientNumber[];

/** A name of a patient, as the message has it, decoded. */
export interface PatientName {
  /** Family name; possibly empty. */
  readonly family: string;
  /** Given names, in order; possibly empty. */
  readonly given: string;
}

/** What a message says of a patient. Of what is left out it says nothing; what is empty, or has no items, is known no more. */
export interface PatientFacts {
  /** The one that counts first. */
  readonly names?: readonly PatientName[];
  /** Names the patient has had, or goes by. */
  readonly aliases?: readonly PatientName[];
  /** `YYYYMMDD`, possibly with a time behind it, or less than a day. */
  readonly birthDate?: string;
  /** HL7 table 0001. */
  readonly sex?: string;
}

/** What a message changes in what is known of patients. */
export type PatientChange =
  /** Whoever has these numbers is described so. */
  | { readonly kind: "told"; readonly numbers: Patient; readonly facts: PatientFacts }
  /**
   * A number is given up for another. `merged`: two were one patient, and what is known of the other holds; `renumbered`:
   * one patient has got another number, and what is known goes with it.
   */
  | { readonly kind: "merged" | "renumbered"; readonly gone: PatientNumber; readonly into: PatientNumber }
  /** Nobody has these numbers any more. */
  | { readonly kind: "forgotten"; readonly numbers: Patient };
