/** The journal's thread, with a bug: its commits are not synced. See `_forgetful_gateway.ts`. */
import { DatabaseSync } from "node:sqlite";

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  if (sql.includes("journal_mode = WAL") && !sql.includes("synchronous = FULL")) {
    throw new Error("nothing to break");
  }
  return exec.call(this, sql.replace("synchronous = FULL", "synchronous = NORMAL"));
};

// It may open the database only once that is done.
await import("../../runtime/journal/store_thread.ts");
