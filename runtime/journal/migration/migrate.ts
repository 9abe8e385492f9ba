import type { MasterKey } from "../../trust/master_key.ts";
import { Blinds } from "../blinds.ts";
import type { BodyFiles } from "../body_files.ts";
import type { Database } from "../database.ts";
import { Names } from "../names.ts";
import { errors, prepareSchema, versionOf } from "../schema.ts";
import { Sealing } from "../sealing.ts";
import { compare, Difference } from "./comparison.ts";
import { OldJournal } from "./old_journal.ts";
import { bringToLastReadable, LAST_READABLE } from "./old_tables.ts";
import { type NewJournal, rewrite } from "./rewrite.ts";
import { Translation } from "./translation.ts";

/** The data folder, as far as one file of it is put in the place of another. */
export interface FolderFiles {
  openWriter(name: string): Database;
  /** Removes a file; nothing happens where there is none. */
  remove(name: string): void;
  /** When it returns, what is in the file survives a power cut. */
  sync(name: string): void;
  /** Puts a file in the place of another. */
  rename(from: string, to: string): void;
  /** When it returns, which files there are survives a power cut. */
  syncFolder(): void;
}

/** How far the rewriting of an old journal is. */
export interface RewriteProgress {
  /** Version of the old journal. */
  readonly version: number;
  readonly step: "written" | "compared";
  /** Messages. */
  readonly done: number;
  readonly of: number;
}

/** What a journal is opened with. */
export interface MigrationParts {
  readonly folder: FolderFiles;
  readonly files: BodyFiles;
  readonly masterKey: MasterKey;
  readonly random: (length: number) => Uint8Array;
  /** Called after each message. */
  readonly progress: (progress: RewriteProgress) => void;
}

const JOURNAL = "journal.db";
const NEW = "journal.new.db";

/**
 * Opens the journal's file; one of a readable version is rewritten into a sealed one first. Until that has the old one's
 * name the folder has the old one, whole, and from then on the new one, whole. What was written is read back and compared
 * before.
 *
 * Errors: JOURNAL_REWRITE_FAILED.
 */
export function openUpToDate(parts: MigrationParts): Database {
  const { folder } = parts;
  drop(folder, NEW);
  const found = folder.openWriter(JOURNAL);
  const version = versionOf(found);
  if (version === 0 || version > LAST_READABLE) return found;
  try {
    migrate(found, version, parts);
  } catch (cause) {
    drop(folder, NEW);
    if (!(cause instanceof Difference)) throw cause;
    errors.fail("JOURNAL_REWRITE_FAILED", { version, reason: cause.message }, cause);
  } finally {
    found.close();
  }
  // What is left of the old file's log would be taken for the new one's.
  for (const name of besides(JOURNAL)) folder.remove(name);
  folder.syncFolder();
  folder.rename(NEW, JOURNAL);
  folder.syncFolder();
  return folder.openWriter(JOURNAL);
}

function migrate(database: Database, version: number, parts: MigrationParts): void {
  bringToLastReadable(database, version);
  const old = new OldJournal(database);
  const of = old.count("message");
  const counting = (step: RewriteProgress["step"]) => (done: number) =>
    parts.progress({ version, step, done, of });
  openNew(old, parts, (journal, translation) => rewrite(old, translation, journal, counting("written")));
  parts.folder.sync(NEW);
  // Opened anew: what is compared has been in the file.
  openNew(old, parts, (journal, translation) => compare(old, translation, journal, counting("compared")));
  if (!emptyLog(database)) throw new Difference("another process reads it");
}

function openNew(
  old: OldJournal,
  { folder, files, masterKey, random }: MigrationParts,
  act: (journal: NewJournal, translation: Translation) => void,
): void {
  const database = folder.openWriter(NEW);
  try {
    prepareSchema(database);
    const sealing = new Sealing(database, masterKey, random);
    const blinds = new Blinds(sealing.indexKey);
    const names = new Names(database);
    act({ database, names, sealing, blinds, files, random }, new Translation(old, names, blinds));
    emptyLog(database);
  } finally {
    database.close();
  }
}

/** Puts everything from a file's log into the file; `false` where somebody else keeps that from being done. */
function emptyLog(database: Database): boolean {
  return Number(database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()!.busy) === 0;
}

function drop(folder: FolderFiles, name: string): void {
  for (const each of [name, ...besides(name)]) folder.remove(each);
}

/** Files that SQLite keeps beside one. */
function besides(name: string): readonly string[] {
  return [`${name}-wal`, `${name}-shm`];
}
