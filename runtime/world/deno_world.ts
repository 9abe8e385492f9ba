/**
 * The World as Deno gives it. The modules of this folder are the only ones of the product, beside the thread entry points,
 * that touch `Deno`, timers and the platform's randomness.
 */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers";
import type { Clock, Disk, FileFacts, Random, Spawn, Thread, World } from "../contract/world.ts";
import { denoNet } from "./deno_net.ts";

const clock: Clock = {
  nowMs: () => Date.now(),
  // Asked for when it is wanted: it costs more than all else in this module.
  get timeZone() {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  },
  elapsedMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        cancel();
        reject(signal!.reason);
      };
      const cancel = startTimer(ms, () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      });
      signal?.addEventListener("abort", stop, { once: true });
    }),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  after: (ms, action) => startTimer(ms, action, Deno.unrefTimer),
};

/** Longest time a timer of the platform takes, some 24 days: one that is longer would end at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

type Timer = ReturnType<typeof setTimeout>;

/** Acts once after `ms`, however long that is. Returns what calls it off. */
function startTimer(ms: number, action: () => void, started?: (timer: Timer) => void): () => void {
  let timer: Timer;
  const start = (leftMs: number) => {
    const restMs = leftMs - TIMER_MS_MAX;
    timer = restMs > 0 ? setTimeout(() => start(restMs), TIMER_MS_MAX) : setTimeout(action, leftMs);
    started?.(timer);
  };
  start(ms);
  return () => clearTimeout(timer);
}

const random: Random = {
  number: () => Math.random(),
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

async function syncFolder(path: string): Promise<void> {
  const folder = await Deno.open(path);
  try {
    await folder.sync();
  } finally {
    folder.close();
  }
}

async function writeSynced(path: string, bytes: Uint8Array, options: Deno.OpenOptions): Promise<void> {
  const file = await Deno.open(path, options);
  try {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } finally {
    file.close();
  }
}

async function factsOf(path: string, found: Deno.FileInfo): Promise<FileFacts> {
  const kind = found.isFile ? "file" : found.isDirectory ? "folder" : "other";
  // A link itself may be read by everybody; what counts is who may read what it leads to.
  const { mode } = found.isSymlink ? await Deno.stat(path).catch(() => ({ mode: null })) : found;
  return {
    kind,
    size: found.size,
    modifiedMs: found.mtime?.getTime() ?? 0,
    // The other bits say what kind of file it is.
    ...(mode === null ? {} : { mode: mode & 0o7777 }),
  };
}

let asides = 0;

const disk: Disk = {
  read: (path) => Deno.readFile(path),
  readText: (path) => Deno.readTextFile(path),
  async writeAtomic(path, bytes, { mode = 0o644, mustBeNew = false, aside: given } = {}) {
    const aside = given ?? `${path}.${Deno.pid}-${++asides}.part`;
    try {
      // What a crash has left under a given name may have been another's to read.
      if (given !== undefined) await Deno.remove(given).catch(() => {});
      await writeSynced(aside, bytes, { write: true, createNew: true, mode });
      // A hard link fails where the name is taken; a rename would replace it.
      if (mustBeNew) await Deno.link(aside, path);
      else await Deno.rename(aside, path);
    } finally {
      await Deno.remove(aside).catch(() => {});
    }
    await syncFolder(dirname(path));
  },
  async list(folder) {
    return (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
  },
  async facts(path) {
    try {
      return await factsOf(path, await Deno.lstat(path));
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
        return undefined;
      }
      throw cause;
    }
  },
  async rename(from, to) {
    await Deno.rename(from, to);
    await syncFolder(dirname(to));
    if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
  },
  async append(path, bytes, { mode = 0o644, sync = false } = {}) {
    if (!sync) return await Deno.writeFile(path, bytes, { append: true, mode });
    await writeSynced(path, bytes, { append: true, create: true, mode });
    await syncFolder(dirname(path));
  },
  // Loaded when it is wanted, which is seldom.
  open: async (path, options) => await (await import("./deno_file.ts")).openFile(path, options),
  remove: (path) => Deno.remove(path),
  makeFolder: (path, { mode } = {}) => Deno.mkdir(path, { recursive: true, mode }),
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

const spawn: Spawn = {
  thread(url): Thread {
    const worker = new Worker(url, { type: "module" });
    const thread: Thread = {
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      receive: () => {},
      died: () => {},
      terminate: () => worker.terminate(),
    };
    worker.onmessage = (event) => thread.receive(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      thread.died(event.error ?? event.message);
    };
    return thread;
  },
  // Loaded when it is wanted, which is seldom.
  run: async (program, options) => await (await import("./deno_program.ts")).runProgram(program, options),
};

/** This machine. */
export const denoWorld: World = { clock, random, disk, net: denoNet, spawn };
