import type { Database } from "../database.ts";
import { StoredLedger } from "./stored_ledger.ts";

/**
 * The ledger is not what this gateway has signed: somebody has changed it, or the journal's file is an older one that nobody
 * has restored. Nothing stops for it: what is acknowledged must not be refused. The gateway appends to what is there, and MUST
 * NOT sign a head of it. It stays so until a person acts: a backup that is restored begins a new epoch, and with it a ledger
 * that names the head of this one.
 */
export interface LedgerTrouble {
  readonly code:
    /** Fewer entries than were signed. */
    | "JOURNAL_LEDGER_SHORTENED"
    /** Other entries than were signed, or some of them missing. */
    | "JOURNAL_LEDGER_CHANGED";
  readonly epoch: number;
  /** Of the signed head that it does not agree with. */
  readonly size: number;
  /** How many entries there are. */
  readonly found: number;
}

/** Of an epoch's signed heads so many are compared when the journal is opened. */
const COMPARED = 8;

/** Compares the ledger of this epoch with the last heads that were signed of it; the largest that it does not agree with. */
export function readLedgerTrouble(database: Database): LedgerTrouble | undefined {
  const stored = new StoredLedger(database);
  const epoch = stored.epoch(), found = stored.size(epoch);
  const rows = database.prepare(
    "SELECT size, note FROM checkpoint WHERE epoch = ? ORDER BY size DESC LIMIT ?",
  ).all(epoch, COMPARED);
  for (const row of rows) {
    const size = Number(row.size);
    if (size > found) return { code: "JOURNAL_LEDGER_SHORTENED", epoch, size, found };
    const root = stored.root(epoch, size)?.toBase64();
    if (root !== String(row.note).split("\n", 3)[2]) {
      return { code: "JOURNAL_LEDGER_CHANGED", epoch, size, found };
    }
  }
}
