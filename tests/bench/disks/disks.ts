/** Disks to measure on: the machine's own, and slower ones in memory, where a sync takes as long as it is told to. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { Starting } from "../gateway_process.ts";

/** Where a gateway or a probe keeps its data, and what its process is started with for that. */
export interface Disk {
  readonly name: string;
  readonly folder: string;
  /** What processes on it are started with. */
  readonly starting: Required<Pick<Starting, "env" | "permissions">>;
  /** Calls so far, of all processes on it, that made bytes durable; nothing is known of the machine's own disk. */
  syncs?(): Promise<number>;
}

/**
 * In memory: a sync takes no time there, so that all it takes is what is added. Deno keeps `/dev` from programs that may not
 * do everything.
 */
const MEMORY = "/dev/shm";

/** Calls `use` with the disk of a folder and, where they can be had, with disks of 1 ms and of 5 ms a sync. */
export async function onDisks(
  folder: string,
  use: (disk: Disk) => Promise<void>,
): Promise<void> {
  await use({ name: "native", folder, starting: { env: {}, permissions: "-P" } });
  const library = join(folder, "fsdelay.so");
  const missing = await whatIsMissing(library);
  if (missing) return console.log(`disks of 1 ms and of 5 ms are skipped: ${missing}`);
  for (const delayMs of [1, 5]) {
    const memory = await Deno.makeTempDir({ dir: MEMORY, prefix: "mitral-bench-" });
    const counts = join(memory, "syncs");
    const env = { LD_PRELOAD: library, FSDELAY_US: `${delayMs * 1000}`, FSDELAY_COUNTS: counts };
    try {
      await use({
        name: `${delayMs} ms`,
        folder: memory,
        starting: { env, permissions: "-A" },
        syncs: () => syncsIn(counts),
      });
    } finally {
      await Deno.remove(memory, { recursive: true });
    }
  }
}

/** Builds the library; says what it takes and is not there. */
async function whatIsMissing(library: string): Promise<string | undefined> {
  const isFolder = await Deno.stat(MEMORY).then(({ isDirectory }) => isDirectory, () => false);
  if (!isFolder) return `no ${MEMORY}`;
  const source = fileURLToPath(new URL("fsdelay.c", import.meta.url));
  try {
    const { success, stderr } = await new Deno.Command("cc", {
      args: ["-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"],
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`cc failed: ${new TextDecoder().decode(stderr)}`);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return "no C compiler (cc)";
    throw cause;
  }
}

async function syncsIn(path: string): Promise<number> {
  const counts = new BigUint64Array((await Deno.readFile(path)).buffer);
  return Number(counts.reduce((sum, count) => sum + count, 0n));
}
