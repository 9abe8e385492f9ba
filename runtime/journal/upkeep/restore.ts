import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { Acts, type By } from "../acts.ts";
import type { Database } from "../database.ts";
import { LedgerWriter } from "../ledger/ledger_writer.ts";
import { Story } from "../ledger/story.ts";
import { Names } from "../names.ts";
import { Sealing } from "../sealing.ts";
import { SENDERS_HELD } from "../standing.ts";
import { copyBodies } from "./body_copies.ts";
import { copyDurably, type FileSum, makeFolder, sumOf, syncPath } from "../disk_io.ts";
import { type BackupManifest, USERS } from "./backup_manifest.ts";
import { holdIdle, RESTORING } from "./hold_folder.ts";
import { openReader, openWriter } from "../sqlite_database.ts";
import type { MasterKey } from "../../trust/master_key.ts";
import type { Tell } from "./upkeep.ts";
import { upkeepErrors } from "./upkeep_errors.ts";
import { verifyBackup } from "./verify.ts";

/** A backup that is to take a journal's place. */
export interface Restore {
  /** Folder of the backup, absolute. */
  readonly backup: string;
  /** Data folder, absolute; made if need be. */
  readonly folder: string;
  readonly masterKey: MasterKey;
  /** A journal that is there is moved aside. */
  readonly replace: boolean;
  /** What in it is not as it was is put back with all else, as it is: it is told when somebody reads it. */
  readonly damaged?: boolean;
  readonly by: By;
  readonly atMs: number;
}

/** What was put back. */
export interface Restored {
  readonly manifest: BackupManifest;
  readonly epoch: number;
  /** Where the journal before it lies; left out where there was none. */
  readonly before?: string;
}

/** What belongs to a journal in a data folder. The database comes first, and is put back last. */
const PARTS = ["journal.db", "journal.db-wal", "journal.db-shm", "bodies"];

/**
 * Puts a backup in the place of a journal: with the next epoch, and every sender held. It is made aside, in a folder that
 * keeps a gateway from opening anything until it is gone. Blocks: for a thread of its own.
 *
 * Errors: those of {@linkcode verifyBackup}, JOURNAL_BACKUP_DAMAGED, JOURNAL_RESTORE_OCCUPIED, MASTER_KEY_WRONG.
 */
export function restore(asked: Restore, tell: Tell): Restored {
  const { backup, folder, masterKey, replace, damaged = false, atMs } = asked;
  const { manifest, findings } = verifyBackup({ backup, masterKey }, tell);
  // A value that is lost is no reason to lose all others; a database that is damaged cannot be used.
  const isUnusable = findings.list.some(({ code, subject }) =>
    code === "databaseDamaged" || subject === "journal.db"
  );
  if (isUnusable || findings.count > 0 && !damaged) {
    return upkeepErrors.fail("JOURNAL_BACKUP_DAMAGED", { findings: findings.count });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = holdIdle(folder);
  try {
    const left = PARTS.filter((part) => existsSync(`${folder}/${part}`));
    if (left.length > 0 && !replace) upkeepErrors.fail("JOURNAL_RESTORE_OCCUPIED", { folder });
    const aside = `${folder}/${RESTORING}`;
    rmSync(aside, { recursive: true, force: true });
    makeFolder(aside, folder);
    const epoch = stage(asked, aside, manifest, epochIn(`${folder}/journal.db`), tell);
    const before = left.length > 0 ? moveAway(folder, left, atMs) : undefined;
    if (manifest.users) putUsersBack(backup, folder, manifest.users);
    // The database last: bodies alone are nothing.
    for (const part of ["bodies", "journal.db"]) {
      renameSync(`${aside}/${part}`, `${folder}/${part}`);
      syncPath(folder);
    }
    rmdirSync(aside);
    syncPath(folder);
    return { manifest, epoch, ...(before === undefined ? {} : { before }) };
  } finally {
    lock.close();
  }
}

/** Those who are there stay: somebody may have been removed since the backup, and is not let in again. */
function putUsersBack(backup: string, folder: string, { sha256 }: FileSum): void {
  const from = `${backup}/${USERS}`, to = `${folder}/${USERS}`;
  // What was found to be damaged, and is restored all the same, lets nobody in.
  if (existsSync(to) || !existsSync(from) || sumOf(from).sha256 !== sha256) return;
  const aside = `${to}.new`;
  rmSync(aside, { force: true });
  copyDurably(from, aside);
  renameSync(aside, to);
}

/**
 * Epoch of a journal that is to be replaced; 0 where none can be read. No two journals of a gateway begin the same epoch, as
 * far as that can be known: partners would take the later for a forgery.
 */
function epochIn(path: string): number {
  if (!existsSync(path)) return 0;
  let journal: Database | undefined;
  try {
    journal = openReader(path);
    return Number(journal.prepare("SELECT value FROM setting WHERE name = 'epoch'").get()!.value);
  } catch {
    // It may be what is damaged: a reason to restore.
    return 0;
  } finally {
    journal?.close();
  }
}

/** Copies the backup, and makes it another than the journal it was taken of. Returns its epoch. */
function stage(
  { backup, masterKey, damaged: accepted = false, by, atMs }: Restore,
  aside: string,
  { database, bodies }: BackupManifest,
  replaced: number,
  tell: Tell,
): number {
  tell({ doing: "copying the database" });
  const path = `${aside}/journal.db`;
  const copied = copyDurably(`${backup}/journal.db`, path);
  const journal = openWriter(path);
  try {
    const { damaged } = copyBodies(journal, backup, aside, tell);
    if (copied.sha256 !== database.sha256 || damaged > bodies.damaged && !accepted) {
      upkeepErrors.fail("JOURNAL_RESTORE_FAILED", { reason: "what was copied is not what was read" });
    }
    const names = new Names(journal), ledger = new LedgerWriter(journal);
    const story = new Story(journal, names, randomBytes, ledger);
    const acts = new Acts(journal, names, new Sealing(journal, masterKey, randomBytes), story);
    journal.exec("BEGIN IMMEDIATE");
    journal.prepare("UPDATE setting SET value = max(value, ?) + 1 WHERE name = 'epoch'").run(replaced);
    journal.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES (?, 1)").run(SENDERS_HELD);
    acts.note({ atMs, by, act: "restored from a backup, held all senders" });
    ledger.keep();
    journal.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    return Number(journal.prepare("SELECT value FROM setting WHERE name = 'epoch'").get()!.value);
  } finally {
    journal.close();
    syncPath(path);
    syncPath(aside);
  }
}

function moveAway(folder: string, parts: readonly string[], atMs: number): string {
  const name = `${folder}/before-${new Date(atMs).toISOString().replace(/:/g, "-").slice(0, 19)}Z`;
  // Two within a second are two all the same.
  let before = name;
  for (let nth = 2; existsSync(before); nth++) before = `${name}-${nth}`;
  makeFolder(before, folder);
  for (const part of parts) renameSync(`${folder}/${part}`, `${before}/${part}`);
  syncPath(before);
  syncPath(folder);
  return before;
}
