import { join } from "node:path";
import type { MitralError } from "../../../runtime/contract/error.ts";
import type { World } from "../../../runtime/contract/world.ts";
import type { Attempt } from "./attempts.ts";

/** What is done with a folder: its names are listed, and a file is written and removed. */
export type FolderUse = "read" | "write";

/** A folder and what it is for. */
export interface FolderTools {
  readonly world: Pick<World, "disk" | "random">;
  /** Absolute. */
  readonly path: string;
  readonly uses: readonly FolderUse[];
  /** True where it is made when the channel starts. */
  readonly isMade?: boolean;
  /** The declared error for the platform's, by its `code`: `ENOENT`, `ENOTDIR`, `EACCES`, `ENOSPC`, `ETIMEDOUT`. */
  failed(cause: unknown, use: FolderUse): MitralError;
}

/** Whether a folder of this machine can be used, one step for each use. */
export function folder(
  { world: { disk, random }, path, uses, isMade, failed }: FolderTools,
): readonly Attempt[] {
  const runs = {
    async read() {
      const { length } = await disk.list(path);
      return `${path} can be read: ${length} ${length === 1 ? "name" : "names"}`;
    },
    async write() {
      // Hidden, and named as what is not whole yet: nobody who watches the folder takes it.
      const trial = join(path, `.mitral-${random.bytes(6).toHex()}.part`);
      await disk.writeAtomic(trial, new Uint8Array(), { mode: 0o600, mustBeNew: true });
      await disk.remove(trial);
      const megabytes = Math.floor(await disk.freeBytes(path) / 1_000_000);
      return `${path} can be written to: ${megabytes.toLocaleString("en-GB")} MB free`;
    },
  };
  return uses.map((use) => ({
    step: "folder",
    // A share whose server is gone may not answer at all.
    msMax: 10_000,
    run: async () =>
      isMade && await disk.facts(path) === undefined
        ? `${path} is made when the channel starts`
        : await runs[use](),
    failed: (cause) => failed(cause, use),
  }));
}
