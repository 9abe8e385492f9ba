import { basename } from "node:path";
import type { Disk } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

/** An error as the platform throws it. */
export function platformError(code: string): Error {
  return Object.assign(new Error(`the platform says ${code} of a path with a patient's name`), { code });
}

/** What a test does before an operation: fail it, or change the world behind the adapter's back. */
export type Faults = {
  readonly [operation in keyof Disk]?: (name: string) => void | Promise<void>;
};

/** This machine's disk, with something happening first. `name` is the last part of the operation's first path. */
export function faultyDisk(faults: Faults): Disk {
  const { disk } = denoWorld;
  const first = async (operation: keyof Disk, path: string) => await faults[operation]?.(basename(path));
  return {
    read: async (path) => (await first("read", path), await disk.read(path)),
    readText: async (path) => (await first("readText", path), await disk.readText(path)),
    writeAtomic: async (path, ...rest) => (
      await first("writeAtomic", path), await disk.writeAtomic(path, ...rest)
    ),
    append: async (path, ...rest) => (await first("append", path), await disk.append(path, ...rest)),
    open: async (path, options) => (await first("open", path), await disk.open(path, options)),
    list: async (path) => (await first("list", path), await disk.list(path)),
    facts: async (path) => (await first("facts", path), await disk.facts(path)),
    rename: async (path, to) => (await first("rename", path), await disk.rename(path, to)),
    remove: async (path) => (await first("remove", path), await disk.remove(path)),
    makeFolder: async (path, options) => (
      await first("makeFolder", path), await disk.makeFolder(path, options)
    ),
    freeBytes: async (path) => (await first("freeBytes", path), await disk.freeBytes(path)),
  };
}
