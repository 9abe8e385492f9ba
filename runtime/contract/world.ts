import type { ClientTls, PeerCertificate, ServerTls, TlsIdentity, TlsRefusal } from "./tls.ts";

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

/** A file that is open, to be read and changed in place. One operation at a time. */
export interface OpenFile {
  /** Fills `into` with what stands from `at` on; bytes read, 0 at the end. */
  read(into: Uint8Array, at: number): Promise<number>;
  /** Writes all of it from `at` on; the file grows where it has to. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Cuts off what stands from `size` on. */
  truncate(size: number): Promise<void>;
  /** Resolves when what was written is durable. */
  sync(): Promise<void>;
  /** May be called twice. */
  close(): void;
}

/** Files. Paths are absolute. What fails throws the platform's error, with a `code` such as `ENOENT`. */
export interface Disk {
  /** The whole file. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The whole file, as UTF-8. */
  readText(path: string): Promise<string>;
  /**
   * Writes aside, syncs, renames over `path`, syncs the folder: after it resolves, a power cut leaves the new file;
   * before, the old one or none. `mode` as in chmod, `0o644` by default. `aside`: the path it has while it is written,
   * in place of what is there; one that nothing has where left out.
   */
  writeAtomic(
    path: string,
    bytes: Uint8Array,
    options?: { mode?: number; mustBeNew?: boolean; aside?: string },
  ): Promise<void>;
  /**
   * Adds bytes at the end of a file, which is made where there is none, with `mode` as in chmod: `0o644` by default.
   * `sync`: after it resolves, a power cut leaves them.
   */
  append(path: string, bytes: Uint8Array, options?: { mode?: number; sync?: boolean }): Promise<void>;
  /** Opens a file to read and change it in place; it is made where there is none, with `mode` as in chmod. */
  open(path: string, options?: { mode?: number }): Promise<OpenFile>;
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
  /** What the other end has shown, where TLS is spoken and it showed one. */
  readonly certificate?: PeerCertificate;
  /** Our name for the partner that certificate belongs to, where a server asked who it is. */
  readonly partner?: string;
  /** Fills `into` from the start; bytes read, or `null` when the peer has closed its side. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes all of it. */
  write(bytes: Uint8Array): Promise<void>;
  /** May be called twice. */
  close(): void;
}

/** How a port is listened on. */
export interface ListenOptions {
  /** Address of this machine. */
  readonly host: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number;
  /** Where given, TLS is spoken; asked for each connection, so that a new certificate counts from the next one on. */
  tls?(): ServerTls;
  /** How long a handshake of TLS may take, from the connection on; 10 s where left out. */
  readonly handshakeMsMax?: number;
  /** Told of every connection that TLS did not come about on. */
  refused?(refusal: TlsRefusal): void;
  /**
   * Asked at every new connection, by its address without a port, before a byte is read: `undefined` closes it. What it
   * gives is disposed when the connection is closed.
   */
  enter?(address: string): Disposable | undefined;
}

/** A server's open connections. */
export interface Review {
  /** Asks about every open connection anew whether its partner is still let in, and cuts those that are not. */
  review(): void;
}

/** A listening socket. Connections come out once TLS has come about on them. */
export interface Acceptor extends AsyncIterable<Connection>, Review {
  /** The port that was really taken. */
  readonly port: number;
  /** Accepts no more. Open connections stay. May be called twice. */
  close(): void;
}

/** How HTTP is served beside what {@linkcode ListenOptions} say. */
export interface HttpOptions extends ListenOptions {
  /** How long the head of a request may take, from the first byte that may be its own; 10 s where left out. */
  readonly headMsMax?: number;
  /** How long a connection may be kept without a request; 60 s where left out. */
  readonly idleMsMax?: number;
  /** How long a client may let an answer stand without reading any of it; 30 s where left out. */
  readonly stallMsMax?: number;
  /** Largest head of a request, in bytes; 16 KiB where left out. A larger one is answered with 431. */
  readonly headBytesMax?: number;
  /**
   * Told of every request that was refused and cut before anybody was asked: it broke the rules of HTTP (RFC 9112), by the
   * platform's code or one of ours, its head was not there in time (`HEAD_LATE`), or its answer not read (`ANSWER_UNREAD`).
   */
  broken?(peer: string, detail: string): void;
}

/** Who a request is from. */
export interface RequestFacts {
  /** The other end: `192.0.2.7:51022`. */
  readonly peer: string;
  /** What it has shown, where TLS asked who it is. */
  readonly certificate?: PeerCertificate;
  /** Our name for the partner that certificate belongs to. */
  readonly partner?: string;
}

/** An HTTP server. */
export interface HttpServer extends Review {
  /** The port that was really taken. */
  readonly port: number;
  /** Takes no more requests; resolves when those under way are answered. */
  shutdown(): Promise<void>;
}

/** How a request goes out beside what it says itself. */
export interface FetchOptions {
  /** How TLS is spoken, where it is to be another than the web's. */
  readonly tls?: ClientTls;
  /**
   * An HTTP proxy: `http://proxy.example:3128`, with a user and a password where it wants them (RFC 9110 section 9.3.6), or
   * `none`. What HTTPS_PROXY and NO_PROXY of the environment name where left out.
   */
  readonly proxy?: string;
}

/** Network. What fails throws the platform's error, with a `code` such as `EADDRINUSE`, `ECONNREFUSED` or `ETLS`. */
export interface Net {
  /** Takes a TCP port. */
  listen(options: ListenOptions): Promise<Acceptor>;
  /**
   * Opens a TCP connection, and speaks TLS on it where `tls` is given. `keepAlive` asks the system to probe a silent peer.
   * `proxy`: the URL of an HTTP proxy by which it goes (RFC 9110 section 9.3.6); straight where left out.
   */
  connect(
    options: {
      host: string;
      port: number;
      signal?: AbortSignal;
      keepAlive?: boolean;
      tls?: ClientTls;
      proxy?: string;
    },
  ): Promise<Connection>;
  /** Addresses a name stands for; rejects with `ENOTFOUND` where there is none. An address stands for itself. */
  lookup(host: string): Promise<readonly string[]>;
  /** Serves HTTP/1.1 (RFC 9112), by TLS where the options have it. */
  serveHttp(
    options: HttpOptions,
    handler: (request: Request, facts: RequestFacts) => Response | Promise<Response>,
  ): Promise<HttpServer>;
  /** As `fetch` of the web platform. */
  fetch(request: Request, options?: FetchOptions): Promise<Response>;
  /**
   * Closes the connections that `fetch` has made by a `tls` object, kept or in use: all of them, or those to whom `stay`
   * does not let. No request that is made from then on uses them.
   */
  hangUp(tls: ClientTls, stay?: (server: PeerCertificate) => boolean): void;
  /** The proxy by which `fetch` goes to a URL where its options name none, as the environment says; `none`: by none. */
  proxyFor(url: string): Promise<string | undefined>;
  /** The certificates of a PEM text, in order; rejects where one of them cannot be read, or there is none. */
  certificatesIn(pem: string): Promise<readonly PeerCertificate[]>;
  /** Which part keeps a certificate and a key from being used together; `undefined` where nothing does. */
  misfitOf(identity: TlsIdentity): Promise<"certificate" | "key" | "pair" | undefined>;
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

/** How a program is run. */
export interface RunOptions {
  /** What it is told. */
  readonly args: readonly string[];
  /** What it reads from its standard input; nothing where left out. */
  readonly input?: Uint8Array<ArrayBuffer>;
  /** What its environment has beside `PATH`: nothing of ours, which has secrets. */
  readonly env?: Readonly<Record<string, string>>;
  /** By name, what it finds in the folder it is started in: one of its own, which is gone when it has ended. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** It gets the processor where nothing else wants it, if there is leave to say so. */
  readonly givesWay?: boolean;
  /** Ends it at once; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a program left that has ended. */
export interface Ran {
  /** 0 where all went well. */
  readonly code: number;
  /** What it wrote to its standard output; what it wrote to the other is dropped. */
  readonly output: Uint8Array<ArrayBuffer>;
}

/** Threads and programs. */
export interface Spawn {
  /** Starts the module at `url`. */
  thread(url: URL): Thread;
  /**
   * Runs a program of this machine to its end. Rejects with the `code` `ENOENT` where there is none of this name, and `EACCES`
   * where this process was not given leave to run it; nobody is asked for it.
   */
  run(program: string, options: RunOptions): Promise<Ran>;
}
