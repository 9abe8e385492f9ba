import { join } from "node:path";
import type { MitralError } from "../../../runtime/contract/error.ts";
import type { World } from "../../../runtime/contract/world.ts";
import type { Attempt } from "./attempts.ts";

/** A folder and what is done with it. */
export interface FolderTools {
  readonly world: Pick<World, "disk" | "random">;
  /** Absolute. */
  readonly path: string;
  /** `read`: its names are listed. `write`: a file is written and removed, too. */
  readonly use: "read" | "write";
  /** The declared error for the platform's, by its `code`: `ENOENT`, `ENOTDIR`, `EACCES`, `ENOSPC`. */
  failed(cause: unknown): MitralError;
  /** The declared error for a file system that does not answer, such as a share whose server is gone. */
  late(): MitralError;
}

/** Whether a folder of this machine can be used. */
export function folder({ world: { disk, random }, path, use, failed, late }: FolderTools): Attempt {
  return {
    step: "folder",
    msMax: FOLDER_MS_MAX,
    async run() {
      const { length } = await disk.list(path);
      const holds = `${path} can be read: ${length} ${length === 1 ? "entry" : "entries"}`;
      if (use === "read") return holds;
      // Hidden, and named as what is not whole yet: nobody who watches the folder takes it.
      const trial = join(path, `.mitral-${random.bytes(6).toHex()}.part`);
      await disk.writeAtomic(trial, new Uint8Array(), { mode: 0o600, mustBeNew: true });
      await disk.remove(trial);
      return `${path} can be read and written, ${megabytes(await disk.freeBytes(path))} free`;
    },
    failed,
    late,
  };
}

const FOLDER_MS_MAX = 10_000;

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1_000_000).toLocaleString("en-GB")} MB`;
}
