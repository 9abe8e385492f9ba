/**
 * The World as Deno gives it. The only module of the product, beside the terminal and the thread entry points, that
 * touches `Deno`, timers and the platform's randomness.
 */
import { lookup } from "node:dns/promises";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers";
import type {
  Acceptor,
  Clock,
  Connection,
  Disk,
  FileFacts,
  HttpServer,
  Net,
  Random,
  Spawn,
  Thread,
  World,
} from "../contract/world.ts";
import { openFile } from "./deno_file.ts";

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
  async writeAtomic(path, bytes, { mode = 0o644, mustBeNew = false } = {}) {
    const aside = `${path}.${Deno.pid}-${++asides}.part`;
    try {
      const file = await Deno.open(aside, { write: true, createNew: true, mode });
      try {
        for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
        await file.sync();
      } finally {
        file.close();
      }
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
  open: openFile,
  append: (path, bytes, { mode = 0o644 } = {}) => Deno.writeFile(path, bytes, { append: true, mode }),
  remove: (path) => Deno.remove(path),
  makeFolder: (path, { mode } = {}) => Deno.mkdir(path, { recursive: true, mode }),
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

class SocketConnection implements Connection {
  readonly #socket: Deno.Conn;
  readonly peer: string;
  #closed = false;

  constructor(socket: Deno.Conn, peer: string) {
    this.#socket = socket;
    this.peer = peer;
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#socket.read(into);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#socket.write(at === 0 ? bytes : bytes.subarray(at));
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

function addressOf(address: Deno.Addr): string {
  return "hostname" in address ? `${address.hostname}:${address.port}` : "local";
}

/** Accepts until closed. A connection that dies between the kernel and us is no reason to stop accepting. */
async function* accepted<A extends Deno.Addr>(
  listener: Deno.Listener<Deno.Conn<A>, A>,
  prepare: (socket: Deno.Conn<A>) => void,
): AsyncIterableIterator<Connection> {
  for (;;) {
    let socket: Deno.Conn<A>;
    try {
      socket = await listener.accept();
    } catch (cause) {
      if (cause instanceof Deno.errors.BadResource || cause instanceof Deno.errors.Interrupted) return;
      await clock.sleep(50);
      continue;
    }
    prepare(socket);
    yield new SocketConnection(socket, addressOf(socket.remoteAddr));
  }
}

/** Deno gives a failed name look-up no code: this is Node's. */
function named(cause: unknown): never {
  if (cause instanceof Error && /failed to lookup address/.test(cause.message)) {
    throw Object.assign(cause, { code: "ENOTFOUND" });
  }
  throw cause;
}

function closing(listener: { close(): void }): () => void {
  let closed = false;
  return () => {
    if (closed) return;
    closed = true;
    listener.close();
  };
}

const net: Net = {
  // async, so that a port in use rejects instead of throwing
  async listen({ host, port }): Promise<Acceptor> {
    const listener = Deno.listen({ hostname: host, port });
    const prepare = (socket: Deno.TcpConn) => {
      socket.setNoDelay(true);
      // A VPN that died says nothing: without this its connections would hold their places for ever.
      socket.setKeepAlive(true);
    };
    return {
      port: (listener.addr as Deno.NetAddr).port,
      close: closing(listener),
      review: () => {},
      [Symbol.asyncIterator]: () => accepted(listener, prepare as (socket: Deno.Conn<Deno.NetAddr>) => void),
    };
  },
  async connect({ host, port, signal, keepAlive = true }) {
    const socket = await Deno.connect({ hostname: host, port, signal }).catch(named);
    socket.setNoDelay(true);
    socket.setKeepAlive(keepAlive);
    return new SocketConnection(socket, `${host}:${port}`);
  },
  async serveHttp({ host, port }, handler): Promise<HttpServer> {
    const server = Deno.serve(
      { hostname: host, port, onListen: () => {} },
      (request, info) => handler(request, { peer: addressOf(info.remoteAddr) }),
    );
    return {
      port: (server.addr as Deno.NetAddr).port,
      shutdown: () => server.shutdown(),
      review: () => {},
    };
  },
  fetch: (request) => fetch(request),
  lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  async listenLocal(path) {
    const listener = Deno.listen({ transport: "unix", path });
    return { close: closing(listener), [Symbol.asyncIterator]: () => accepted(listener, () => {}) };
  },
  async connectLocal(path) {
    return new SocketConnection(await Deno.connect({ transport: "unix", path }), "local");
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
};

/** This machine. */
export const denoWorld: World = { clock, random, disk, net, spawn };
