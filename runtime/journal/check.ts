import type { Database } from "./database.ts";
import { errors } from "./schema.ts";

/** What SQLite says of a file that cannot be what it wrote. */
const DAMAGED = /malformed|not a database/i;

/** True for a reason that no second try will take away. */
export function tellsDamage(reason: string): boolean {
  return DAMAGED.test(reason);
}

/**
 * Looks through the whole file for what breaks SQLite's rules, then writes a page that survives: before a store that has
 * failed is trusted again. Takes as long as reading the file does. Errors: JOURNAL_DAMAGED, those of the database.
 */
export function checkDatabase(database: Database): void {
  let found: unknown;
  try {
    found = database.prepare("PRAGMA quick_check(1)").get()?.quick_check;
  } catch (cause) {
    if (!tellsDamage(String((cause as Error).message))) throw cause;
  }
  if (found !== "ok") errors.fail("JOURNAL_DAMAGED");
  // The same version again: SQLite writes and syncs that all the same, as it does not with a row that stays as it is.
  const { user_version: version } = database.prepare("PRAGMA user_version").get()!;
  database.exec(`PRAGMA user_version = ${Number(version)}`);
}
