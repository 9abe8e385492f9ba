import { dirname, join } from "node:path";
import type { Disk, World } from "../../contract/world.ts";

/** How often the folder is looked at. */
const LOOK_MS = 300;
/** A folder with more files is no folder of a gateway file: the rest is not looked at. */
const FILES_MAX = 2_000;
/** What a gateway writes itself, and what people do not edit. */
const PASSED_OVER: ReadonlySet<string> = new Set(["data", "node_modules", "outbox"]);

/**
 * Remembers the folder of a file as it is now. The returned function resolves with true when something in it has
 * changed since, or with false once the signal is aborted.
 */
export async function folderChanged(
  file: string,
  { disk, clock }: World,
): Promise<(signal: AbortSignal) => Promise<boolean>> {
  const folder = dirname(file);
  const before = await signatureOf(folder, disk);
  return async (signal) => {
    while (!signal.aborted) {
      if (await signatureOf(folder, disk) !== before) return true;
      await clock.sleep(LOOK_MS, signal).catch(() => {});
    }
    return false;
  };
}

/** Names, sizes and times of all files. */
async function signatureOf(folder: string, disk: Disk): Promise<string> {
  const found: string[] = [];
  const walk = async (folder: string) => {
    for (const name of await disk.list(folder).catch(() => [])) {
      if (name.startsWith(".") || PASSED_OVER.has(name) || found.length >= FILES_MAX) continue;
      const path = join(folder, name);
      const facts = await disk.facts(path).catch(() => undefined);
      if (facts?.kind === "folder") await walk(path);
      else found.push(`${path} ${facts?.size} ${facts?.modifiedMs}`);
    }
  };
  await walk(folder);
  return found.join("\n");
}
