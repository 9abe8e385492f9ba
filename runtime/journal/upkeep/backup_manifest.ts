import type { FileSum } from "../disk_io.ts";
import { upkeepErrors } from "./upkeep_errors.ts";

/** Name of the file that makes a folder a backup; it is written last. */
export const MANIFEST = "manifest.json";
/** Name of the file in a data folder with the people who may sign in to the gateway's page. */
export const USERS = "users.json";

/** What a backup says of itself. */
export interface BackupManifest {
  /** Of the manifest itself. */
  readonly format: 1;
  /** Version of the journal's tables. */
  readonly journal: number;
  /** Name of the gateway. */
  readonly gateway: string;
  /** Of the journal: what a restore begins is the next. */
  readonly epoch: number;
  /** Id of the master key without which nothing in it can be read. */
  readonly masterKey: string;
  /** RFC 3339, UTC: when the copy was begun; what came later is not in it. */
  readonly takenAt: string;
  /** How many are in it. */
  readonly messages: number;
  /** How many are in it. */
  readonly deliveries: number;
  /** `journal.db`. */
  readonly database: FileSum;
  /** Files of large bodies: the name of each is the SHA-256 of what is in it. */
  readonly bodies: BodyCopies;
  /** `users.json`; left out where the gateway had none. */
  readonly users?: FileSum;
}

/** What was copied of large bodies. */
export interface BodyCopies {
  /** How many there are, each once. */
  readonly files: number;
  /** Of all together. */
  readonly bytes: number;
  /** Were damaged or gone before: they are copied as they are, where they are. */
  readonly damaged: number;
}

/** Errors: JOURNAL_BACKUP_MALFORMED. */
export function readManifest(text: string): BackupManifest {
  let value: Partial<BackupManifest>;
  try {
    value = JSON.parse(text) ?? {};
  } catch {
    return malformed("JSON");
  }
  if (value.format !== 1) malformed("format");
  for (const field of ["journal", "epoch", "messages", "deliveries"] as const) {
    if (!Number.isSafeInteger(value[field])) malformed(field);
  }
  for (const field of ["gateway", "masterKey", "takenAt"] as const) {
    if (typeof value[field] !== "string") malformed(field);
  }
  if (typeof value.database?.sha256 !== "string") malformed("database");
  if (!Number.isSafeInteger(value.bodies?.files)) malformed("bodies");
  if (value.users && typeof value.users.sha256 !== "string") malformed("users");
  return value as BackupManifest;
}

function malformed(field: string): never {
  return upkeepErrors.fail("JOURNAL_BACKUP_MALFORMED", { field });
}
