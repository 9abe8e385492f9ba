import type { LedgerAlarm } from "./alarms.ts";

/** A partner as a witness of our ledger. */
export interface WitnessState {
  /** Our name for it. */
  readonly partner: string;
  /** The last head it has signed, and when; left out where it has signed none. */
  readonly signed?: { readonly epoch: number; readonly size: number; readonly atMs: number };
  /** Code of what keeps it from signing, or was wrong last. */
  readonly trouble?: string;
}

/** What a witness that was asked has said. */
export interface WitnessAnswer extends WitnessState {
  /** True where it has signed the head as it was then; false where it has not, or not within ten seconds. */
  readonly hasSigned: boolean;
}

/** The ledger as it is now. */
export interface LedgerState {
  /** False: this gateway has no ledger key, and signs no heads. */
  readonly isSigned: boolean;
  /** The last head that was signed since the start; left out where none was. */
  readonly head?: { readonly epoch: number; readonly size: number; readonly atMs: number };
  /** Partners that witness it, in the order of their names. */
  readonly witnesses: readonly WitnessState[];
  /** Alarms about it, and about partners' ledgers, that nobody has settled; oldest first. */
  readonly alarms: readonly Omit<LedgerAlarm, "notes">[];
}
