import type { Disk } from "../../runtime/contract/world.ts";
import type { Folder } from "../_kit/files/folder.ts";
import { Turns } from "../_kit/files/turns.ts";

/** For names that files are told to have while they are written: an attempt that nobody waits for goes on for a while. */
const turns = new Turns();

/** This machine's disk. */
export function diskFolder(disk: Disk): Folder {
  return {
    list: async (path) => (await disk.list(path)).map((name) => ({ name })),
    facts: (path) => disk.facts(path),
    async *read(path, from, _signal, sizeMax = Infinity) {
      const { size = 0 } = await disk.facts(path) ?? {};
      if (size > sizeMax) throw Object.assign(new Error("the file has grown"), { code: "EFBIG" });
      const bytes = await disk.read(path);
      yield from === 0 ? bytes : bytes.subarray(from);
    },
    write(path, bytes, options) {
      const write = () => disk.writeAtomic(path, bytes, options);
      return options.aside === undefined ? write() : turns.take(options.aside, write);
    },
    append: (path, bytes, { mode }) => disk.append(path, bytes, { mode, sync: true }),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    makeFolder: (path) => disk.makeFolder(path),
  };
}
