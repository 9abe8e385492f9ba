import type { LedgerEntry } from "../../trust/ledger/entry.ts";

/** Writes an entry that belongs to no other operation. */
export interface WriteEntry {
  readonly op: "writeEntry";
  readonly entry: LedgerEntry;
}

/** Tells how far the ledger has come: as of this commit. */
export interface ReadHead {
  readonly op: "readHead";
}

/** How large the ledger of an epoch is, and the root of its tree (32 bytes). */
export interface LedgerHead {
  readonly epoch: number;
  readonly size: number;
  readonly root: Uint8Array;
}

/** Keeps a signed head. Earlier ones that no witness has signed are forgotten. */
export interface KeepCheckpoint {
  readonly op: "keepCheckpoint";
  readonly epoch: number;
  readonly size: number;
  readonly atMs: number;
  readonly note: string;
}

/** Keeps what a witness has added to a signed head. Of one day the last is kept. */
export interface KeepCosignature {
  readonly op: "keepCosignature";
  readonly epoch: number;
  readonly size: number;
  /** What the witness's gateway calls itself. */
  readonly witness: string;
  readonly atMs: number;
  /** The line, with its line feed. */
  readonly line: string;
}

/** Keeps a partner file as it was handed out, or taken. */
export interface KeepHandedFile {
  readonly op: "keepHandedFile";
  /** What the gateway it is of calls itself. */
  readonly gateway: string;
  readonly serial: number;
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** What the ledger is told beside the feed. */
export type LedgerOperation = WriteEntry | ReadHead | KeepCheckpoint | KeepCosignature | KeepHandedFile;

/** Entries of an epoch, oldest first: a slice. */
export interface AskEntries {
  readonly ask: "entries";
  /** The epoch that counts now where left out. */
  readonly epoch?: number;
  /** Number of the first that is looked at. */
  readonly from: number;
  /** At most so many are looked at. */
  readonly limit: number;
  /** Only those about this message. */
  readonly message?: string;
}

/** A slice of the entries. */
export interface EntriesSlice {
  readonly epoch: number;
  readonly entries: readonly NumberedEntry[];
  /** Where the next slice begins; `null`: there is no more. */
  readonly next: number | null;
}

/** An entry and where it stands. */
export interface NumberedEntry {
  readonly number: number;
  readonly entry: LedgerEntry;
  /** As it was hashed. */
  readonly bytes: Uint8Array;
}

/** Number of the first entry that was written at a time or later; the size where there is none. */
export interface AskEntryAt {
  readonly ask: "entryAt";
  readonly epoch?: number;
  readonly atMs: number;
}

/** What shows that entry `number` is in the tree of a size: hashes of 32 bytes, RFC 6962 section 2.1.1. */
export interface AskInclusion {
  readonly ask: "inclusion";
  readonly epoch: number;
  readonly number: number;
  readonly size: number;
}

/** What shows that the tree of a size grew out of the one of another: RFC 6962 section 2.1.2. */
export interface AskConsistency {
  readonly ask: "consistency";
  readonly epoch: number;
  readonly from: number;
  readonly size: number;
}

/** Signed heads, with what witnesses added, newest first. */
export interface AskCheckpoints {
  readonly ask: "checkpoints";
  readonly epoch?: number;
  /** Only those of at least this size. */
  readonly sizeMin?: number;
  readonly limit: number;
}

/** A signed head. */
export interface CheckpointRecord {
  readonly epoch: number;
  readonly size: number;
  readonly atMs: number;
  /** With the lines of its witnesses. */
  readonly note: string;
  /** Who has signed it beside us. */
  readonly witnesses: readonly string[];
}

/** Partner files of a gateway that were handed out or taken, newest first. */
export interface AskHandedFiles {
  readonly ask: "handedFiles";
  readonly gateway: string;
}

/** A partner file as it was. */
export interface HandedFile {
  readonly serial: number;
  readonly atMs: number;
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** What the ledger is asked. */
export type LedgerQuestion =
  | AskEntries
  | AskEntryAt
  | AskInclusion
  | AskConsistency
  | AskCheckpoints
  | AskHandedFiles;

/** What each question gives. */
export type LedgerAnswer<Q extends LedgerQuestion> = Q extends AskEntries ? EntriesSlice
  : Q extends AskEntryAt ? number
  : Q extends AskInclusion | AskConsistency ? readonly Uint8Array[]
  : Q extends AskCheckpoints ? readonly CheckpointRecord[]
  : readonly HandedFile[];
