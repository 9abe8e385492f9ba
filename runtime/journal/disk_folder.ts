import { renameSync, rmSync } from "node:fs";
import { syncPath } from "./disk_io.ts";
import type { FolderFiles } from "./migration/migrate.ts";
import { openWriter } from "./sqlite_database.ts";

/** The data folder on disk. Blocks: for a thread of its own. */
export function diskFolder(folder: string): FolderFiles {
  const pathOf = (name: string) => `${folder}/${name}`;
  return {
    openWriter: (name) => openWriter(pathOf(name)),
    remove: (name) => rmSync(pathOf(name), { force: true }),
    sync: (name) => syncPath(pathOf(name)),
    rename: (from, to) => renameSync(pathOf(from), pathOf(to)),
    syncFolder: () => syncPath(folder),
  };
}
