import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from "node:fs";
import type { BodyFiles, NewFile, OpenFile } from "./body_files.ts";
import { makeFolder, syncPath, writeAll } from "./disk_io.ts";

/** Body files in a folder of the data folder, by the first two digits of their names. Blocks: for a thread of its own. */
export function diskFiles(folder: string, random: (length: number) => Uint8Array): BodyFiles {
  const root = `${folder}/bodies`;
  const pathOf = (name: string) => `${root}/${name.slice(0, 2)}/${name}`;
  makeFolder(root, folder);
  return {
    begin: () => begin(root, `${root}/${NEW}${random(16).toHex()}`, pathOf),
    open(name) {
      try {
        return opened(openSync(pathOf(name), "r"));
      } catch (cause) {
        if (isMissing(cause)) return undefined;
        throw cause;
      }
    },
    remove: (name) => rmSync(pathOf(name), { force: true }),
    *names() {
      // What else somebody has put there is none of the journal's.
      for (const entry of readdirSync(root, { withFileTypes: true })) {
        if (entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)) {
          yield* readdirSync(`${root}/${entry.name}`);
        }
      }
    },
    tidy() {
      for (const entry of readdirSync(root)) {
        if (entry.startsWith(NEW)) rmSync(`${root}/${entry}`, { force: true });
      }
    },
  };
}

const NEW = "new-";

function begin(root: string, path: string, pathOf: (name: string) => string): NewFile {
  const file = openSync(path, "wx", 0o600);
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    append: (bytes) => writeAll(file, bytes),
    keep(name) {
      fsyncSync(file);
      close();
      const to = pathOf(name), place = to.slice(0, to.lastIndexOf("/"));
      makeFolder(place, root);
      renameSync(path, to);
      syncPath(place);
    },
    drop() {
      close();
      rmSync(path, { force: true });
    },
  };
}

function opened(file: number): OpenFile {
  const { size } = fstatSync(file);
  return {
    size,
    read(length) {
      const bytes = new Uint8Array(length);
      let got = 0;
      for (let more = -1; more !== 0 && got < length; got += more) {
        more = readSync(file, bytes, got, length - got, null);
      }
      return bytes.subarray(0, got);
    },
    close: () => closeSync(file),
  };
}

function isMissing(cause: unknown): boolean {
  return (cause as { code?: string }).code === "ENOENT";
}
