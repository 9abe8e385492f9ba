import { join } from "node:path/posix";
import type { Folder, Listed } from "./folder.ts";

/** What stands in a folder and in those below it. */
export interface Tree {
  /** Everything, by its path from the folder, in the order of names. */
  readonly entries: readonly Listed[];
  /** How many folders below could not be looked into. */
  readonly hidden: number;
}

/** Deeper than that nobody files messages. */
const DEPTH_MAX = 16;

/** Lists a folder, and those below it that `enters` says by their path. Rejects where the folder itself cannot be read. */
export async function listTree(
  folder: Folder,
  path: string,
  enters: ((relative: string) => boolean) | undefined,
): Promise<Tree> {
  const entries: Listed[] = [];
  let hidden = 0;
  const list = async (within: string, depth: number) => {
    for (const listed of (await folder.list(join(path, within))).toSorted(byName)) {
      const name = within === "" ? listed.name : `${within}/${listed.name}`;
      if (!enters?.(name) || depth === DEPTH_MAX) {
        entries.push({ ...listed, name });
        continue;
      }
      // A link is none: it may lead back to where we are.
      const facts = listed.facts ?? await folder.facts(join(path, name)).catch(() => undefined);
      if (facts?.kind !== "folder") entries.push({ ...listed, name, ...(facts ? { facts } : {}) });
      else await list(name, depth + 1).catch(() => hidden++);
    }
  };
  await list("", 0);
  return { entries, hidden };
}

function byName({ name: one }: Listed, { name: other }: Listed): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
