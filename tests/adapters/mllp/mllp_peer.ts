/** The other end of an MLLP connection, written without the adapter: tests judge the adapter by it. */

import { turns } from "../../world/turns.ts";

/** Bytes of a text, one a character. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The text of bytes, a character each; `TextDecoder` would read Windows-1252. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** `VT data FS CR`. */
export function framed(data: Uint8Array | string): Uint8Array<ArrayBuffer> {
  const bytes = typeof data === "string" ? latin1(data) : data;
  return Uint8Array.from([0x0b, ...bytes, 0x1c, 0x0d]);
}

/** A socket whose bytes a test looks at as they are. */
export class RawPeer {
  readonly #socket: Deno.Conn;
  #rest = new Uint8Array(0);
  #closed = false;

  constructor(socket: Deno.Conn) {
    this.#socket = socket;
  }

  static async dial(address: string): Promise<RawPeer> {
    const [hostname, port] = address.split(":");
    return new RawPeer(await Deno.connect({ hostname, port: Number(port) }));
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    const all = typeof bytes === "string" ? latin1(bytes) : bytes;
    for (let at = 0; at < all.length;) at += await this.#socket.write(all.subarray(at));
  }

  /** Writes the data as a frame. */
  async send(data: Uint8Array | string): Promise<void> {
    await this.write(framed(data));
  }

  /** Closes the side that writes. */
  async finish(): Promise<void> {
    await this.#socket.closeWrite();
  }

  /** Data of the next frame; `undefined` when the other end has closed, or reset, first. */
  async frame(): Promise<Uint8Array | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(0x1c);
      if (end >= 0 && this.#rest[end + 1] === 0x0d) {
        if (this.#rest[0] !== 0x0b) throw new Error("a frame without VT");
        const data = this.#rest.slice(1, end);
        this.#rest = this.#rest.slice(end + 2);
        return data;
      }
      if (!await this.#more()) return undefined;
    }
  }

  /** The next frame as Latin-1 text. */
  async text(): Promise<string | undefined> {
    const data = await this.frame();
    return data && textOf(data);
  }

  /** Resolves when the other end has closed; with what it said before. */
  async end(): Promise<Uint8Array> {
    while (await this.#more());
    return this.#rest;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#socket.read(buffer).catch(() => null);
    if (count === null) return false;
    const grown = new Uint8Array(this.#rest.length + count);
    grown.set(this.#rest);
    grown.set(buffer.subarray(0, count), this.#rest.length);
    this.#rest = grown;
    return true;
  }
}

/** A frame a {@linkcode RawServer} got. */
export interface GottenFrame {
  readonly bytes: Uint8Array;
  /** Counts from 1. */
  readonly connection: number;
  readonly peer: RawPeer;
}

/** Frames that peers have sent, in the order they came. */
class Frames {
  #open: RawPeer[] = [];
  #gotten: GottenFrame[] = [];
  #watchers: (() => void)[] = [];
  connections = 0;

  /** The next frame nobody has asked for yet. */
  async next(): Promise<GottenFrame> {
    while (this.#gotten.length === 0) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return this.#gotten.shift()!;
  }

  closeAll(): void {
    for (const peer of this.#open.splice(0)) peer.close();
  }

  /** Reads what a peer sends, until it closes. */
  async read(socket: Deno.Conn): Promise<void> {
    const peer = new RawPeer(socket);
    this.#open.push(peer);
    const connection = ++this.connections;
    for (let bytes = await peer.frame(); bytes; bytes = await peer.frame()) {
      this.#gotten.push({ bytes, connection, peer });
      for (const tell of this.#watchers.splice(0)) tell();
    }
    peer.close();
  }
}

/** An MLLP server that does what a test says, with whatever it gets, in the order it comes. */
export class RawServer {
  #listener: Deno.TcpListener;
  readonly #frames = new Frames();
  #running: Promise<void>;

  constructor() {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#running = this.#run(this.#listener);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  get connections(): number {
    return this.#frames.connections;
  }

  /** The next frame nobody has asked for yet. */
  next(): Promise<GottenFrame> {
    return this.#frames.next();
  }

  /** Closes everything; the port stays in mind. */
  async stop(): Promise<void> {
    this.#listener.close();
    this.#frames.closeAll();
    await this.#running;
  }

  start(): void {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#running = this.#run(this.#listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }

  async #run(listener: Deno.TcpListener): Promise<void> {
    const reading: Promise<void>[] = [];
    for await (const socket of listener) reading.push(this.#frames.read(socket));
    await Promise.all(reading);
  }
}

/** The same, but it calls whoever sends, and calls again when the connection is lost. */
export class RawCaller {
  readonly #frames = new Frames();
  #isCalling = false;
  #running: Promise<void> = Promise.resolve();

  constructor(readonly port: number) {
    this.start();
  }

  /** The next frame nobody has asked for yet. */
  next(): Promise<GottenFrame> {
    return this.#frames.next();
  }

  /** Closes, and calls no more. */
  async stop(): Promise<void> {
    this.#isCalling = false;
    this.#frames.closeAll();
    await this.#running;
  }

  start(): void {
    this.#isCalling = true;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    while (this.#isCalling) {
      const socket = await Deno.connect({ hostname: "127.0.0.1", port: this.port }).catch(() => undefined);
      if (!socket) await turns();
      else if (this.#isCalling) await this.#frames.read(socket);
      else socket.close();
    }
  }
}

/** A port that nobody listens on just now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
