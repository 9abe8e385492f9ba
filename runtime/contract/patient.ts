/** A number that somebody has given a patient. */
export interface PatientNumber {
  /** As the message has it, decoded; not empty. */
  readonly id: string;
  /** Who has given it (HL7 CX-4), by name; left out where the message does not say. */
  readonly assigner?: string;
}

/** What one patient is known by in a message: at least one number, the best first, each once. */
export type Patient = readonly PatientNumber[];
