import { join, parse } from "node:path/posix";
import type { Folder } from "./folder.ts";
import { reasonOf } from "./reason.ts";

/** Moves a file into a folder. Under another name where its own is taken: no earlier original is written over. */
export async function moveInto(
  files: Folder,
  from: string,
  folder: string,
  nowMs: number,
): Promise<void> {
  await files.makeFolder(folder);
  await files.rename(from, await freePath(files, folder, parse(from).base, nowMs));
}

/** Removes a file; nothing happens where somebody else already has. */
export async function removeIfThere(files: Folder, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (cause) {
    if (reasonOf(cause) !== "ENOENT") throw cause;
  }
}

/** `lab.hl7`, else `lab.20260105T120000000Z.hl7`, else `lab.20260105T120000000Z-2.hl7` and on. */
async function freePath(files: Folder, folder: string, base: string, nowMs: number): Promise<string> {
  const { name, ext } = parse(base);
  const stamp = new Date(nowMs).toISOString().replace(/[-:.]/g, "");
  let free = join(folder, base);
  for (let number = 1; await files.facts(free); number++) {
    free = join(folder, `${name}.${stamp}${number > 1 ? `-${number}` : ""}${ext}`);
  }
  return free;
}
