/** Why a document waits for a person. */
export type DoubtCode =
  /** A value's confidence is below the channel's, or it could not be read at all. */
  | "VALUE_UNSURE"
  /** A relation between values does not hold. */
  | "CHECK_FAILED"
  /** The patient index does not confirm whom it is about. */
  | "PATIENT_UNCONFIRMED"
  /** It speaks of several patients. */
  | "PATIENTS_SEVERAL"
  /** Another document of its channel says the same: perhaps somebody has faxed it twice. */
  | "DUPLICATE_SUSPECTED"
  /** A page is too bad to be read without a person. */
  | "PAGE_UNREADABLE"
  /** What kind it is always needs a person: findings read from an image. */
  | "APPROVAL_REQUIRED";

/** One reason, and what it is about. */
export interface Doubt {
  /** See {@linkcode DoubtCode}. */
  readonly code: DoubtCode;
  /** Path of the value; left out where it is about no single one. */
  readonly path?: string;
  /** Page, from 1; left out where it is about none. */
  readonly page?: number;
  /** The check that failed, what the index says (`unknown`, `differs`), or the id of the other document. Never content. */
  readonly why?: string;
}
