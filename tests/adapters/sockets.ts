/** The other end of a connection, written without any adapter: tests judge adapters by it. */
import { turns } from "../world/turns.ts";

/** Bytes of a text, one a character. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The text of bytes, a character each. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** One array of several. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A socket whose bytes a test looks at as they are. */
export class Socket {
  readonly #socket: Deno.Conn;
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #isClosed = false;

  constructor(socket: Deno.Conn) {
    this.#socket = socket;
  }

  static async dial(address: string): Promise<Socket> {
    const [hostname, port] = address.split(":");
    return new Socket(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** Writes all of it; nothing happens where the other end is gone. */
  async write(bytes: Uint8Array | string): Promise<void> {
    const all = typeof bytes === "string" ? latin1(bytes) : bytes;
    try {
      for (let at = 0; at < all.length;) at += await this.#socket.write(all.subarray(at));
    } catch {
      // The next read says that it is gone.
    }
  }

  /** The next `count` bytes; `undefined` when the other end has closed, or reset, first. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#rest.length < count) if (!await this.#more()) return undefined;
    return this.#cut(count);
  }

  /** What comes before a mark; `undefined` when the other end has closed, or reset, first. */
  async takeUntil(mark: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (let from = 0;;) {
      for (let at = this.#rest.indexOf(mark[0], from); at >= 0; at = this.#rest.indexOf(mark[0], at + 1)) {
        if (at + mark.length > this.#rest.length) break;
        if (!mark.every((byte, index) => byte === this.#rest[at + index])) continue;
        const before = this.#cut(at);
        this.#cut(mark.length);
        return before;
      }
      from = Math.max(this.#rest.length - mark.length, 0);
      if (!await this.#more()) return undefined;
    }
  }

  /** Everything until the other end closes. */
  async takeAll(): Promise<Uint8Array<ArrayBuffer>> {
    while (await this.#more());
    return this.#cut(this.#rest.length);
  }

  /** Closes the side that writes. */
  async finish(): Promise<void> {
    await this.#socket.closeWrite().catch(() => {});
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #cut(count: number): Uint8Array<ArrayBuffer> {
    const cut = this.#rest.slice(0, count);
    this.#rest = this.#rest.slice(count);
    return cut;
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#socket.read(buffer).catch(() => null);
    if (count === null) return false;
    this.#rest = joined(this.#rest, buffer.subarray(0, count));
    return true;
  }
}

/** A message that a {@linkcode Receiver} got. */
export interface Gotten {
  readonly bytes: Uint8Array;
  /** Counts from 1. */
  readonly connection: number;
  readonly socket: Socket;
}

/** The next message of a socket, told apart as a test wants; `undefined` when there is none more. */
export type ReadMessage = (socket: Socket) => Promise<Uint8Array | undefined>;

/** Messages that senders have sent, in the order they came, over connections they open or that this opens to them. */
export class Receiver {
  readonly port: number;
  readonly #read: ReadMessage;
  readonly #calls: boolean;
  #listener: Deno.TcpListener | undefined;
  #isCalling = false;
  #running: Promise<void> = Promise.resolve();
  readonly #open = new Set<Socket>();
  readonly #gotten: Gotten[] = [];
  #watchers: (() => void)[] = [];
  #connections = 0;

  /** `calls`: a port to call, again and again, instead of listening. */
  constructor(read: ReadMessage, calls?: number) {
    this.#read = read;
    this.#calls = calls !== undefined;
    this.port = calls ?? 0;
    this.start();
    if (this.#listener) this.port = this.#listener.addr.port;
  }

  /** The next message nobody has asked for yet. */
  async next(): Promise<Gotten> {
    while (this.#gotten.length === 0) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return this.#gotten.shift()!;
  }

  start(): void {
    if (this.#calls) {
      this.#isCalling = true;
      this.#running = this.#call();
    } else {
      this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
      this.#running = this.#accept(this.#listener);
    }
  }

  /** Goes away, with its connections. */
  async stop(): Promise<void> {
    this.#isCalling = false;
    this.#listener?.close();
    this.#listener = undefined;
    for (const socket of this.#open) socket.close();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of listener) serving.push(this.#serve(new Socket(connection)));
    await Promise.all(serving);
  }

  async #call(): Promise<void> {
    while (this.#isCalling) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port }).catch(() =>
        undefined
      );
      if (connection) await this.#serve(new Socket(connection));
      else await turns();
    }
  }

  async #serve(socket: Socket): Promise<void> {
    this.#open.add(socket);
    const connection = ++this.#connections;
    for (let bytes = await this.#read(socket); bytes; bytes = await this.#read(socket)) {
      this.#gotten.push({ bytes, connection, socket });
      for (const tell of this.#watchers.splice(0)) tell();
    }
    socket.close();
    this.#open.delete(socket);
  }
}

/** A port that nobody listens on just now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
