import type { BodyFiles } from "../../runtime/journal/body_files.ts";
import type { SeededRandom } from "../world/seeded_random.ts";
import type { SimulatedDisk } from "./simulated_disk.ts";

const FOLDER = "/data/bodies/";
const NEW = `${FOLDER}new-`;

/** Body files on the simulated disk, written and synced as on a real one. */
export function simulatedFiles(disk: SimulatedDisk, random: SeededRandom): BodyFiles {
  const named = () => disk.paths().filter((path) => path.startsWith(FOLDER) && !path.startsWith(NEW));
  return {
    begin() {
      const path = NEW + random.below(2 ** 31);
      let at = 0;
      disk.create(path);
      return {
        append(bytes) {
          disk.write(path, bytes, at);
          at += bytes.length;
        },
        keep(name) {
          disk.sync(path);
          disk.rename(path, FOLDER + name);
        },
        drop: () => disk.remove(path),
      };
    },
    open(name) {
      const path = FOLDER + name;
      if (!disk.has(path)) return undefined;
      let at = 0;
      return {
        size: disk.length(path),
        read(length) {
          const bytes = new Uint8Array(length);
          const count = disk.read(path, bytes, at);
          at += count;
          return bytes.subarray(0, count);
        },
        close() {},
      };
    },
    remove: (name) => disk.remove(FOLDER + name),
    names: () => named().map((path) => path.slice(FOLDER.length)),
    tidy() {
      for (const path of disk.paths()) if (path.startsWith(NEW)) disk.remove(path);
    },
  };
}
