import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import type { FolderFiles } from "./migration/migrate.ts";
import { openWriter } from "./sqlite_database.ts";

/** The data folder on disk. Blocks: for a thread of its own. */
export function diskFolder(folder: string): FolderFiles {
  const pathOf = (name: string) => `${folder}/${name}`;
  return {
    openWriter: (name) => openWriter(pathOf(name)),
    remove: (name) => rmSync(pathOf(name), { force: true }),
    sync: (name) => sync(pathOf(name)),
    rename: (from, to) => renameSync(pathOf(from), pathOf(to)),
    syncFolder: () => sync(folder),
  };
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
