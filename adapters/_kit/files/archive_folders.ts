import { join, resolve } from "node:path/posix";
import type { InboxTools } from "./inbox_spec.ts";
import { reasonOf } from "./reason.ts";

/** Where files go once the channel has said what becomes of them; perhaps another place each day. */
export interface ArchiveFolders {
  readonly done: string;
  readonly failed: string;
}

/** The folders as they are named, before a day is put in. */
export function archiveFolders({ config: { path, doneFolder, failedFolder } }: InboxTools): ArchiveFolders {
  return { done: doneFolder ?? join(path, "done"), failed: failedFolder ?? join(path, "failed") };
}

/** A folder on a day, in UTC. */
export function folderOn(folder: string, atMs: number): string {
  const day = new Date(atMs).toISOString().slice(0, 10);
  const [year, month, dayOfMonth] = day.split("-");
  const tokens: Readonly<Record<string, string>> = { date: day, year, month, day: dayOfMonth };
  return folder.replace(TOKEN, (whole, token) => tokens[token] ?? whole);
}

/** The part of a folder's path that is the same every day. */
export function steadyPart(folder: string): string {
  const at = folder.search(TOKEN);
  return at < 0 ? folder : folder.slice(0, at).replace(/[/\\][^/\\]*$/, "");
}

/**
 * Tries the folders of a listener, and makes those for what was taken and refused. Errors: FOLDER_UNREADABLE,
 * FOLDER_UNWRITABLE, FOLDER_SAME, FOLDER_TOKEN_UNKNOWN.
 */
export async function openFolders(tools: InboxTools): Promise<void> {
  const { config, folder, words: { fail } } = tools;
  checkFolders(tools);
  try {
    await folder.list(config.path);
  } catch (cause) {
    fail("FOLDER_UNREADABLE", { reason: reasonOf(cause) }, cause);
  }
  if (config.after === "keep") return;
  for (const [setting, named] of namedFolders(tools)) {
    try {
      await folder.makeFolder(steadyPart(named));
    } catch (cause) {
      fail("FOLDER_UNWRITABLE", { setting, reason: reasonOf(cause) }, cause);
    }
  }
}

/** What can be told of the folders without looking at them. Errors: FOLDER_SAME, FOLDER_TOKEN_UNKNOWN. */
export function checkFolders(tools: InboxTools): void {
  const { config, words: { fail } } = tools;
  for (const [setting, named] of namedFolders(tools)) {
    // A folder that is its own archive would be read for ever.
    if (resolve(named) === resolve(config.path)) fail("FOLDER_SAME", { setting });
    if (folderOn(named, 0).search(TOKEN) >= 0) {
      fail("FOLDER_TOKEN_UNKNOWN", { setting, known: "date, year, month, day" });
    }
  }
}

function namedFolders(tools: InboxTools): readonly (readonly [setting: string, folder: string])[] {
  const { done, failed } = archiveFolders(tools);
  return [["doneFolder", done], ["failedFolder", failed]];
}

const TOKEN = /\{(\w*)\}/g;
