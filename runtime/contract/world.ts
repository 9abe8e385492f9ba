/**
 * Everything outside the program: time, chance, disk, network, other threads. Injected, so that a test or a simulator
 * can be the outside. Nothing else in Mitral touches `Deno`, timers or the platform's randomness.
 */
export interface World {
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Files. */
  readonly disk: Disk;
  /** Network. */
  readonly net: Net;
  /** Threads. */
  readonly spawn: Spawn;
}

/** Time. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z, whole. */
  nowMs(): number;
  /** IANA name of the zone this machine's clock shows: `America/Chicago`. */
  readonly timeZone: string;
  /** Milliseconds since some start; never goes back. For measuring. */
  elapsedMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Resolves when whatever the network and other threads have ready has had its turn. */
  turn(): Promise<void>;
  /** Calls `action` once after `ms`, unless the returned function is called first. Keeps no process alive. */
  after(ms: number, action: () => void): () => void;
}

/** Chance. */
export interface Random {
  /** Between 0, included, and 1. For jitter; not for secrets. */
  number(): number;
  /** Cryptographically strong bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** What a path names. */
export interface FileFacts {
  /** `other`: a socket, a device, a link that leads nowhere. */
  readonly kind: "file" | "folder" | "other";
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly modifiedMs: number;
  /** Who may do what, as in chmod; a link's is that of what it leads to. Left out where the system has no modes. */
  readonly mode?: number;
}

/** Files. Paths are absolute. What fails throws the platform's error, with a `code` such as `ENOENT`. */
export interface Disk {
  /** The whole file. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The whole file, as UTF-8. */
  readText(path: string): Promise<string>;
  /**
   * Writes aside, syncs, renames over `path`, syncs the folder: after it resolves, a power cut leaves the new file;
   * before, the old one or none. `mode` as in chmod, `0o644` by default.
   */
  writeAtomic(
    path: string,
    bytes: Uint8Array,
    options?: { mode?: number; mustBeNew?: boolean },
  ): Promise<void>;
  /** Adds bytes at the end of a file, which is made where there is none, with `mode` as in chmod: `0o644` by default. */
  append(path: string, bytes: Uint8Array, options?: { mode?: number }): Promise<void>;
  /** Names in a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
  /** `undefined` where there is nothing. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Renames within one file system and syncs both folders. */
  rename(from: string, to: string): Promise<void>;
  /** Removes one file, or one empty folder. */
  remove(path: string): Promise<void>;
  /** With its parents; nothing happens where it exists. */
  makeFolder(path: string, options?: { mode?: number }): Promise<void>;
  /** Bytes that this user may still write to the file system a path is on. */
  freeBytes(path: string): Promise<number>;
}

/** A byte stream to a peer. */
export interface Connection {
  /** The other end: `192.0.2.7:51022`. */
  readonly peer: string;
  /** Fills `into` from the start; bytes read, or `null` when the peer has closed its side. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes all of it. */
  write(bytes: Uint8Array): Promise<void>;
  /** May be called twice. */
  close(): void;
}

/** A listening socket. */
export interface Acceptor extends AsyncIterable<Connection> {
  /** The port that was really taken. */
  readonly port: number;
  /** Accepts no more. Open connections stay. May be called twice. */
  close(): void;
}

/** An HTTP server. */
export interface HttpServer {
  /** The port that was really taken. */
  readonly port: number;
  /** Takes no more requests; resolves when those under way are answered. */
  shutdown(): Promise<void>;
}

/** Network. What fails throws the platform's error, with a `code` such as `EADDRINUSE` or `ECONNREFUSED`. */
export interface Net {
  /** Takes a TCP port; 0 lets the system choose one. */
  listen(options: { host: string; port: number }): Promise<Acceptor>;
  /** Opens a TCP connection. `keepAlive` asks the system to probe a silent peer. */
  connect(
    options: { host: string; port: number; signal?: AbortSignal; keepAlive?: boolean },
  ): Promise<Connection>;
  /** Plain HTTP. `peer` is the other end. */
  serveHttp(
    options: { host: string; port: number },
    handler: (request: Request, facts: { readonly peer: string }) => Response | Promise<Response>,
  ): Promise<HttpServer>;
  /** As `fetch` of the web platform. */
  fetch(request: Request): Promise<Response>;
  /** A socket on this machine, named by a path. */
  listenLocal(path: string): Promise<AsyncIterable<Connection> & { close(): void }>;
  /** Opens a connection to a socket made by `listenLocal`. */
  connectLocal(path: string): Promise<Connection>;
}

/** Another thread that answers messages. */
export interface Thread {
  /** Sends a structured clone; what is in `transfer` moves. */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** One receiver; set it before posting. */
  receive: (message: unknown) => void;
  /** Called once if the thread dies. */
  died: (cause: unknown) => void;
  /** Ends it at once; `died` is not called. */
  terminate(): void;
}

/** Threads. */
export interface Spawn {
  /** Starts the module at `url`. */
  thread(url: URL): Thread;
}
