/** File systems of a test's own, to break. They need the right to mount; without it tests say so and are skipped. */
import { statfs } from "node:fs/promises";
import { join } from "node:path";

/** A file system of a test's own; unmounted at the end. */
export class Mount implements AsyncDisposable {
  /** Where it is mounted. */
  readonly folder: string;
  readonly #parent: string;
  readonly #device: readonly string[];

  private constructor(parent: string, device: readonly string[]) {
    this.#parent = parent;
    this.folder = join(parent, "mount");
    this.#device = device;
  }

  /** In memory; holds so many megabytes. */
  static async tmpfs(megabytes: number): Promise<Mount> {
    return await Mount.#open(() => Promise.resolve(["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs"]));
  }

  /** On a file; holds so many megabytes. */
  static async ext4(megabytes: number): Promise<Mount> {
    return await Mount.#open(async (parent) => {
      const image = join(parent, "image");
      await run("truncate", "-s", `${megabytes}M`, image);
      await run("mkfs.ext4", "-q", image);
      return ["-o", "loop", image];
    });
  }

  static async #open(make: (parent: string) => Promise<readonly string[]>): Promise<Mount> {
    const parent = await Deno.makeTempDir();
    try {
      const mount = new Mount(parent, await make(parent));
      await Deno.mkdir(mount.folder);
      await mount.attach();
      return mount;
    } catch (cause) {
      await Deno.remove(parent, { recursive: true });
      throw cause;
    }
  }

  async attach(): Promise<void> {
    await run("mount", ...this.#device, this.folder);
  }

  /** Fails while somebody has a file of it open. */
  async detach(): Promise<void> {
    await run("umount", this.folder);
  }

  /** Mounts it anew as it is, with these options. */
  async remount(options: string): Promise<void> {
    await run("mount", "-o", `remount,${options}`, this.folder);
  }

  /** Whoever writes waits, until it is let go. ext4 only. */
  async freeze(): Promise<() => Promise<void>> {
    await run("fsfreeze", "-f", this.folder);
    return () => run("fsfreeze", "-u", this.folder);
  }

  /** Fills it up but for so many bytes; the returned function makes room again. */
  async fill(leaveBytes: number): Promise<() => Promise<void>> {
    const path = join(this.folder, "filler");
    const { bavail, bsize } = await statfs(this.folder);
    await run("fallocate", "-l", `${bavail * bsize - leaveBytes}`, path);
    return () => Deno.remove(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.detach();
    } finally {
      await Deno.remove(this.#parent, { recursive: true });
    }
  }
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  // Not everybody's path has the programs of the administrator.
  const env = { PATH: `${Deno.env.get("PATH")}:/usr/sbin:/sbin` };
  const { success, stderr } = await new Deno.Command(program, { args: [...args], env }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}

/** False where this user may mount nothing: what needs a mount is then to be skipped. */
export const canMount: boolean = await tryMount();

async function tryMount(): Promise<boolean> {
  if (Deno.build.os === "linux" && Deno.uid() === 0) {
    try {
      await using _mount = await Mount.tmpfs(1);
      return true;
    } catch {
      // Said below.
    }
  }
  console.warn("SKIP: nothing can be mounted here");
  return false;
}
