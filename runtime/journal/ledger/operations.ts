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
  /** Of the journal: each restore from a backup begins another. */
  readonly epoch: number;
  /** How many entries. */
  readonly size: number;
  /** 32 bytes. */
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

/** Keeps what a witness has added to a signed head. Of one day the last is kept, and the last before somebody's keys changed. */
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
  /** The question. */
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
  /** Of the journal: each restore from a backup begins another. */
  readonly epoch: number;
  /** In order. */
  readonly entries: readonly NumberedEntry[];
  /** Where the next slice begins; `null`: there is no more. */
  readonly next: number | null;
}

/** An entry and where it stands. */
export interface NumberedEntry {
  /** Its number, from 0. */
  readonly number: number;
  /** What it tells. */
  readonly entry: LedgerEntry;
  /** As it was hashed. */
  readonly bytes: Uint8Array;
}

/** Number of the first entry that was written at a time or later; the size where there is none. */
export interface AskEntryAt {
  /** The question. */
  readonly ask: "entryAt";
  /** The epoch that counts now where left out. */
  readonly epoch?: number;
  /** In milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
}

/** What shows that entry `number` is in the tree of a size: hashes of 32 bytes, RFC 6962 section 2.1.1. */
export interface AskInclusion {
  /** The question. */
  readonly ask: "inclusion";
  /** Of the journal: each restore from a backup begins another. */
  readonly epoch: number;
  /** Its number, from 0. */
  readonly number: number;
  /** How many entries. */
  readonly size: number;
}

/** What shows that the tree of a size grew out of the one of another: RFC 6962 section 2.1.2. */
export interface AskConsistency {
  /** The question. */
  readonly ask: "consistency";
  /** Of the journal: each restore from a backup begins another. */
  readonly epoch: number;
  /** How many entries the smaller tree has. */
  readonly from: number;
  /** How many entries. */
  readonly size: number;
}

/** Signed heads, with what witnesses added, newest first. */
export interface AskCheckpoints {
  /** The question. */
  readonly ask: "checkpoints";
  /** Of all epochs where left out. */
  readonly epoch?: number;
  /** Only those of at least this size. */
  readonly sizeMin?: number;
  /** At most so many. */
  readonly limit: number;
}

/** A signed head. */
export interface CheckpointRecord {
  /** Of the journal: each restore from a backup begins another. */
  readonly epoch: number;
  /** How many entries. */
  readonly size: number;
  /** In milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** With the lines of its witnesses. */
  readonly note: string;
  /** Who has signed it beside us. */
  readonly witnesses: readonly string[];
}

/** Partner files of a gateway that were handed out or taken, newest first. */
export interface AskHandedFiles {
  /** The question. */
  readonly ask: "handedFiles";
  /** What the gateway calls itself. */
  readonly gateway: string;
}

/** A partner file as it was. */
export interface HandedFile {
  /** Of the file. */
  readonly serial: number;
  /** In milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  /** As they were. */
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
