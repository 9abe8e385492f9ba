import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { type BackupManifest, MANIFEST, USERS } from "./backup_manifest.ts";
import { copyBodies } from "./body_copies.ts";
import type { Database } from "../database.ts";
import { copyDurably, sumOf, syncPath, writeDurably } from "../disk_io.ts";
import { mustBeCurrent, VERSION } from "../schema.ts";
import { masterKeyIn } from "../sealing.ts";
import { copyDatabase, openReader } from "../sqlite_database.ts";
import type { Tell } from "./upkeep.ts";
import { upkeepErrors } from "./upkeep_errors.ts";

/** A copy of a journal that is to be made. */
export interface Backup {
  /** Data folder. */
  readonly folder: string;
  /** Absolute; made if need be, and empty. */
  readonly to: string;
  /** Name of the gateway. */
  readonly gateway: string;
  readonly atMs: number;
}

/**
 * Copies a journal as it is at one moment, while others write: the database in one read transaction, then the files it
 * names and the users of the page, then the manifest, without which it is no backup. No file may be removed meanwhile. Blocks: for a thread of its
 * own. Errors: JOURNAL_BACKUP_PLACE_TAKEN, JOURNAL_BACKUP_PLACE_WITHIN, JOURNAL_VERSION_…
 */
export async function backUp(
  { folder, to, gateway, atMs }: Backup,
  tell: Tell,
): Promise<BackupManifest> {
  const from = `${folder}/journal.db`;
  mustHoldCurrent(from);
  takePlace(to, folder);
  tell({ doing: "copying the database" });
  const path = `${to}/journal.db`;
  // Nobody else may read it while it fills.
  writeFileSync(path, "", { mode: 0o600, flag: "wx" });
  await copyDatabase(from, path);
  syncPath(path);
  const database = openReader(path);
  try {
    const bodies = copyBodies(database, folder, to, tell);
    const users = existsSync(`${folder}/${USERS}`)
      ? { users: copyDurably(`${folder}/${USERS}`, `${to}/${USERS}`) }
      : {};
    const manifest: BackupManifest = {
      format: 1,
      journal: VERSION,
      gateway,
      epoch: count(database, "SELECT value AS count FROM setting WHERE name = 'epoch'"),
      masterKey: masterKeyIn(database),
      takenAt: new Date(atMs).toISOString(),
      messages: count(database, "SELECT count(*) AS count FROM message"),
      deliveries: count(database, "SELECT count(*) AS count FROM delivery"),
      database: sumOf(path),
      bodies,
      ...users,
    };
    writeDurably(to, MANIFEST, JSON.stringify(manifest, null, 2) + "\n");
    return manifest;
  } finally {
    database.close();
  }
}

function mustHoldCurrent(path: string): void {
  const database = openReader(path);
  try {
    mustBeCurrent(database);
  } finally {
    database.close();
  }
}

function takePlace(to: string, folder: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const below = relative(realpathSync(folder), realpathSync(to));
  if (below === "" || !below.startsWith("..")) {
    upkeepErrors.fail("JOURNAL_BACKUP_PLACE_WITHIN", { folder: to });
  }
  if (readdirSync(to).length > 0) upkeepErrors.fail("JOURNAL_BACKUP_PLACE_TAKEN", { folder: to });
  chmodSync(to, 0o700);
  syncPath(dirname(to));
}

function count(database: Database, sql: string): number {
  return Number(database.prepare(sql).get()!.count);
}
