import { existsSync } from "node:fs";
import type { Database } from "../database.ts";
import { errors } from "../schema.ts";
import { holdFolder } from "../sqlite_database.ts";

/** Folder in a data folder while a backup is put there: as long as it is there, no gateway opens the journal. */
export const RESTORING = "restoring";

/** Holds a data folder, which nobody may use. Errors: JOURNAL_FOLDER_BUSY. */
export function holdIdle(folder: string): Database {
  try {
    return holdFolder(`${folder}/lock.db`);
  } catch (cause) {
    if (/locked|busy/i.test(String(cause))) errors.fail("JOURNAL_FOLDER_BUSY", {}, cause);
    throw cause;
  }
}

/** Errors: JOURNAL_RESTORE_UNFINISHED. */
export function refuseHalfRestored(folder: string): void {
  if (existsSync(`${folder}/${RESTORING}`)) errors.fail("JOURNAL_RESTORE_UNFINISHED", { folder });
}
