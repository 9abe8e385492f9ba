import { existsSync } from "node:fs";
import { Names } from "../names.ts";
import { errors, mustBeCurrent } from "../schema.ts";
import { openReader } from "../sqlite_database.ts";

/** A partner file that was handed out, or taken, and whose it says it is. */
export interface KeptFile {
  readonly gateway: string;
  readonly bytes: Uint8Array;
}

/** Every partner file that is kept, newest first. Errors: JOURNAL_FILE_MISSING, JOURNAL_VERSION_…. */
export function readHandedFiles(folder: string): readonly KeptFile[] {
  if (!existsSync(`${folder}/journal.db`)) errors.fail("JOURNAL_FILE_MISSING", { folder });
  const database = openReader(`${folder}/journal.db`);
  try {
    mustBeCurrent(database);
    const names = new Names(database);
    return database.prepare("SELECT gateway, bytes FROM handed_file ORDER BY serial DESC, at_ms DESC").all()
      .map(({ gateway, bytes }) => ({
        gateway: names.textOf(Number(gateway)),
        bytes: bytes as Uint8Array,
      }));
  } finally {
    database.close();
  }
}
