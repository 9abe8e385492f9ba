import type { Disk } from "../../runtime/contract/world.ts";
import type { Folder } from "../_kit/files/folder.ts";

/** This machine's disk. */
export function diskFolder(disk: Disk): Folder {
  return {
    list: async (path) => (await disk.list(path)).map((name) => ({ name })),
    facts: (path) => disk.facts(path),
    async *read(path, from) {
      const bytes = await disk.read(path);
      yield from === 0 ? bytes : bytes.subarray(from);
    },
    write: (path, bytes, options) => disk.writeAtomic(path, bytes, options),
    append: (path, bytes, { mode }) => disk.append(path, bytes, { mode, sync: true }),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    makeFolder: (path) => disk.makeFolder(path),
  };
}
