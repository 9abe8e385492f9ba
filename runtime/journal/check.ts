import type { Database } from "./database.ts";
import { errors } from "./schema.ts";

/** What SQLite says of a file that cannot be what it wrote. */
const DAMAGED = /malformed|not a database/i;

/** SQLite's numbers for the same: SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGE_CODES: readonly number[] = [11, 26];

/** A finding of `quick_check` that tells of a page it could not read, and not of what is in it. */
function tellsUnread(finding: string): boolean {
  if (finding.includes("failed to get page")) return true;
  const [, code] = /error code[= ](\d+)/.exec(finding) ?? [];
  // The lowest byte is what failed, the others are how.
  return code !== undefined && !DAMAGE_CODES.includes(Number(code) & 0xff);
}

/** True for a reason that no second try will take away. */
export function tellsDamage(reason: string): boolean {
  return DAMAGED.test(reason);
}

/**
 * Looks through the whole file for what breaks SQLite's rules, then writes a page that survives: before a store that has
 * failed is trusted again. Takes as long as reading the file does. Errors: JOURNAL_DAMAGED, those of the database.
 */
export function checkDatabase(database: Database): void {
  const finding = findingIn(database);
  // The disk may read it the next time.
  if (tellsUnread(finding)) throw new Error("disk I/O error while the journal was looked through");
  if (finding !== "ok") errors.fail("JOURNAL_DAMAGED");
  // The same version again: SQLite writes and syncs that all the same, as it does not with a row that stays as it is.
  const { user_version: version } = database.prepare("PRAGMA user_version").get()!;
  database.exec(`PRAGMA user_version = ${Number(version)}`);
}

function findingIn(database: Database): string {
  try {
    return String(database.prepare("PRAGMA quick_check(1)").get()?.quick_check);
  } catch (cause) {
    const { message } = cause as Error;
    if (tellsDamage(message)) return message;
    throw cause;
  }
}
