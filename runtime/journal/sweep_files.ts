import type { BodyFiles } from "./body_files.ts";
import type { Database } from "./database.ts";

/** Removes body files that no body names: of what was under way when the power went. For whoever opens the journal. */
export function sweepFiles(database: Database, files: BodyFiles): void {
  files.tidy();
  const named = database.prepare("SELECT 1 FROM body WHERE file = ?");
  for (const name of files.names()) if (!named.get(name)) files.remove(name);
}
