import type { LedgerEntry } from "../entry.ts";

/** An entry of a ledger with all that says which one it is: what an audit format writes down. */
export interface AuditRecord {
  /** The gateway whose ledger it is in, as it calls itself. */
  readonly gateway: string;
  /** Which of its trees, from 1 on. */
  readonly epoch: number;
  /** Where it stands in that tree, from 0 on. */
  readonly number: number;
  /** What it tells. */
  readonly entry: LedgerEntry;
  /** As it was hashed. */
  readonly bytes: Uint8Array;
}
