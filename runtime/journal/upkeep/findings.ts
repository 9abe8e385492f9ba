/** What can be wrong with a journal. */
export type FindingCode =
  /** SQLite finds the file itself damaged; `subject`: what it says. */
  | "databaseDamaged"
  /** A sealed value does not open: its bytes have changed, or its key is gone. */
  | "valueUnreadable"
  /** A data key does not unwrap under the master key. */
  | "keyUnreadable"
  /** A file of a large body is not there. */
  | "fileMissing"
  /** What is in it is not what its name says. */
  | "fileDamaged"
  /** A row names another that is not there. */
  | "rowMissing"
  /** A number that only grows is smaller than one that was given. */
  | "sequenceBehind"
  /** The ledger lacks an entry, or a tile of its tree, or has one that is none. */
  | "ledgerDamaged"
  /** It is not what was signed. */
  | "ledgerChanged"
  /** It has fewer entries than were signed. */
  | "ledgerShortened"
  /** A signature on one of its heads is not by the key it names. */
  | "ledgerSignatureWrong"
  /** It does not tell of a message, or of the end of a delivery, that the journal has; or tells of one twice. */
  | "ledgerUntold"
  /** A message that came is not there, though the keys of its day are: its time had not come. */
  | "ledgerMessageGone"
  /** What the journal has of a message is not what the ledger says came. */
  | "ledgerBodyOther";

/** One thing that is wrong. */
export interface Finding {
  readonly code: FindingCode;
  /** Which: `message 0199…`, `body 12`, a file's name. Never content. */
  readonly subject: string;
}

/** So many are listed; all are counted. */
const LISTED_MAX = 1_000;

/** Everything that is wrong. */
export class Findings {
  readonly list: Finding[] = [];
  count = 0;

  add(code: FindingCode, subject: string): void {
    this.count++;
    if (this.list.length < LISTED_MAX) this.list.push({ code, subject });
  }
}
