import { join } from "node:path";

/** A folder whose power can be cut. */
export interface Disk extends AsyncDisposable {
  readonly folder: string;
  /**
   * What was not synced by now is lost. Nothing can be read or written until {@linkcode Disk.restore}. Nobody may run who
   * uses it, as nobody does who is without power: ext4 tells who waits for a sync in this moment that it succeeded, and it
   * did not (Linux 6.18, one cut in a dozen).
   */
  cut(): void;
  /** The power is back. Nobody may have a file open. */
  restore(): Promise<void>;
}

/** A folder of the machine's own disk, which keeps what was written by a process that is killed. */
export async function plainDisk(under: string): Promise<Disk> {
  const folder = join(under, "disk");
  await Deno.mkdir(folder);
  return {
    folder,
    cut: () => {},
    restore: async () => {},
    async [Symbol.asyncDispose]() {},
  };
}

/**
 * An ext4 file system in a file, mounted in a folder; its power is cut by shutting it down without writing anything
 * that nobody synced. It needs the right to mount, and `--allow-ffi`.
 */
export async function ext4Disk(under: string): Promise<Disk> {
  const [image, folder] = [join(under, "disk.img"), join(under, "disk")];
  await Deno.writeFile(image, new Uint8Array());
  await Deno.truncate(image, 1 << 30);
  await Deno.mkdir(folder);
  await run("mkfs.ext4", "-q", "-F", image);
  // Nothing gets to the disk by itself, as it would every five seconds: the less a product syncs, the more it loses.
  const mount = () => run("mount", "-o", "loop,commit=300", image, folder);
  await mount();
  let isMounted = true;
  const unmount = async () => {
    await run("umount", folder);
    isMounted = false;
  };
  return {
    folder,
    cut: () => shutDown(folder),
    async restore() {
      await unmount();
      await mount();
      isMounted = true;
    },
    async [Symbol.asyncDispose]() {
      if (isMounted) await unmount();
    },
  };
}

/** Linux, `ext4.h`: `_IOR('X', 125, __u32)`, where `_IOR` is the usual one. */
const EXT4_IOC_SHUTDOWN = 0x8004587d;
/** The journal of the file system is not flushed either. */
const EXT4_GOING_FLAGS_NOLOGFLUSH = 2;

function shutDown(folder: string): void {
  const libc = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { open, ioctl, close } = libc.symbols;
  const file = open(new TextEncoder().encode(`${folder}\0`), 0);
  const result = ioctl(file, BigInt(EXT4_IOC_SHUTDOWN), new Uint32Array([EXT4_GOING_FLAGS_NOLOGFLUSH]));
  close(file);
  libc.close();
  if (result !== 0) throw new Error(`Cannot shut down the file system in ${folder}`);
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    // Not everybody's path has them.
    env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin:/sbin` },
  }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
