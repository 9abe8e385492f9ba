import { existsSync, readFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import type { MasterKey } from "../../trust/master_key.ts";
import { type BackupManifest, MANIFEST, readManifest, USERS } from "./backup_manifest.ts";
import type { Database } from "../database.ts";
import { sumOf } from "../disk_io.ts";
import { type Finding, Findings } from "./findings.ts";
import { errors, mustBeCurrent, VERSION } from "../schema.ts";
import { masterKeyIn, Sealing } from "../sealing.ts";
import { openReader } from "../sqlite_database.ts";
import type { Tell } from "./upkeep.ts";
import { upkeepErrors } from "./upkeep_errors.ts";
import { type RowsVerified, verifyRows } from "./verify_rows.ts";

/** What a look at everything found. */
export interface Verified {
  readonly findings: { readonly count: number; readonly list: readonly Finding[] };
  /** What was looked at. */
  readonly messages: number;
  readonly deliveries: number;
  readonly bodies: number;
  readonly files: number;
  /** False without the master key: then no value was opened. */
  readonly opened: boolean;
  /** Id of the master key it is sealed under. */
  readonly masterKey: string;
}

/** Looks at a journal, beside whoever uses it. Blocks: for a thread of its own. Errors: JOURNAL_VERSION_…, MASTER_KEY_WRONG. */
export function verifyJournal(
  { folder, masterKey }: { readonly folder: string; readonly masterKey?: MasterKey },
  tell: Tell,
): Verified {
  return verifyIn(folder, masterKey, new Findings(), tell);
}

/**
 * Looks at a backup: its manifest, its hashes, and all that is looked at in a journal. Errors: JOURNAL_BACKUP_INCOMPLETE,
 * JOURNAL_BACKUP_MALFORMED, JOURNAL_VERSION_…, MASTER_KEY_WRONG.
 */
export function verifyBackup(
  { backup, masterKey }: { readonly backup: string; readonly masterKey?: MasterKey },
  tell: Tell,
): Verified & { readonly manifest: BackupManifest } {
  const path = `${backup}/${MANIFEST}`;
  if (!existsSync(path)) upkeepErrors.fail("JOURNAL_BACKUP_INCOMPLETE", { folder: backup });
  const manifest = readManifest(readFileSync(path, "utf8"));
  if (manifest.journal > VERSION) {
    errors.fail("JOURNAL_VERSION_NEWER", { found: manifest.journal, known: VERSION });
  }
  const findings = new Findings();
  if (!existsSync(`${backup}/journal.db`)) {
    findings.add("fileMissing", "journal.db");
  } else if (sumOf(`${backup}/journal.db`).sha256 !== manifest.database.sha256) {
    findings.add("fileDamaged", "journal.db");
  }
  if (manifest.users) lookAtUsers(`${backup}/${USERS}`, manifest.users.sha256, findings);
  // What is not even the file that was written needs no further look.
  if (findings.count === 0) return { manifest, ...verifyIn(backup, masterKey, findings, tell) };
  const nothing = { messages: 0, deliveries: 0, bodies: 0, files: 0, opened: false };
  return { manifest, findings, ...nothing, masterKey: manifest.masterKey };
}

function lookAtUsers(path: string, sha256: string, findings: Findings): void {
  if (!existsSync(path)) findings.add("fileMissing", USERS);
  else if (sumOf(path).sha256 !== sha256) findings.add("fileDamaged", USERS);
}

function verifyIn(
  folder: string,
  masterKey: MasterKey | undefined,
  findings: Findings,
  tell: Tell,
): Verified {
  if (!existsSync(`${folder}/journal.db`)) errors.fail("JOURNAL_FILE_MISSING", { folder });
  const database = openReader(`${folder}/journal.db`);
  try {
    let counts: RowsVerified = { messages: 0, deliveries: 0, bodies: 0, files: 0 };
    let neededKey = "";
    try {
      mustBeCurrent(database);
      neededKey = masterKeyIn(database);
      tell({ doing: "checking the database" });
      checkDatabase(database, findings);
      const sealing = masterKey && new Sealing(database, masterKey, randomBytes);
      counts = verifyRows({ database, folder, sealing, masterKey, findings, tell });
    } catch (cause) {
      // Past the damage nothing can be read, and nothing can be said.
      if (!/malformed|not a database/.test(String(cause))) throw cause;
      findings.add("databaseDamaged", (cause as Error).message);
    }
    return {
      findings: { count: findings.count, list: findings.list },
      ...counts,
      opened: masterKey !== undefined,
      masterKey: neededKey,
    };
  } finally {
    database.close();
  }
}

function checkDatabase(database: Database, findings: Findings): void {
  for (const { integrity_check: said } of database.prepare("PRAGMA integrity_check(100)").all()) {
    if (said !== "ok") findings.add("databaseDamaged", String(said));
  }
}
