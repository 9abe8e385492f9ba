import type {
  AskCheckpoints,
  AskConsistency,
  AskEntries,
  AskEntryAt,
  AskInclusion,
  CheckpointRecord,
  EntriesSlice,
  HandedFile,
  LedgerQuestion,
} from "../../journal/ledger/operations.ts";

/** What each question gives. */
export type LedgerAnswer<Q extends LedgerQuestion> = Q extends AskEntries ? EntriesSlice
  : Q extends AskEntryAt ? number
  : Q extends AskInclusion | AskConsistency ? readonly Uint8Array[]
  : Q extends AskCheckpoints ? readonly CheckpointRecord[]
  : readonly HandedFile[];

/** The ledger of a running gateway, for whoever reads it, or wants something of it proven. */
export interface LedgerAccess {
  /** Errors: JOURNAL_…. */
  ask<Q extends LedgerQuestion>(question: Q): Promise<LedgerAnswer<Q>>;
  /**
   * Signs the head as it is now and asks every partner to witness it; resolves once one has, or after ten seconds. True
   * where one has.
   */
  witness(): Promise<boolean>;
}
