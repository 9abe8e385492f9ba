import type { Acceptor, Connection, Net } from "../../runtime/contract/world.ts";

/** One end of a connection that is only memory: what is written is there to be read at once. */
export class FakeConnection implements Connection {
  readonly #unread: Uint8Array[] = [];
  #reader:
    | { readonly into: Uint8Array; resolve(count: number | null): void; reject(cause: unknown): void }
    | undefined;
  #other: FakeConnection | undefined;
  #hasEnded = false;
  #isClosed = false;
  #isDeaf = false;
  readonly #unwritten: PromiseWithResolvers<void>[] = [];

  constructor(readonly peer: string) {}

  /** Two ends of one connection. */
  static pair(): readonly [FakeConnection, FakeConnection] {
    const [near, far] = [new FakeConnection("192.0.2.7:51022"), new FakeConnection("192.0.2.1:2575")];
    near.#other = far;
    far.#other = near;
    return [near, far];
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  read(into: Uint8Array): Promise<number | null> {
    if (this.#isClosed) return Promise.reject(broken("EBADF"));
    return new Promise((resolve, reject) => {
      this.#reader = { into, resolve, reject };
      this.#serve();
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed || this.#other!.#isClosed) throw broken("EPIPE");
    this.#other!.#unread.push(bytes.slice());
    this.#other!.#serve();
    if (!this.#other!.#isDeaf) return;
    const unwritten = Promise.withResolvers<void>();
    this.#unwritten.push(unwritten);
    await unwritten.promise;
  }

  /** Reads nothing from now on: what the other end writes does not come to an end, until it closes. */
  goDeaf(): void {
    this.#isDeaf = true;
  }

  /** What has come and was not read. */
  takeUnread(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#unread.splice(0).flatMap((bytes) => [...bytes]));
  }

  /** True where the other end has closed, or finished. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Ends the bytes to the other end, which may still write. */
  finish(): void {
    this.#other!.#hasEnded = true;
    this.#other!.#serve();
  }

  /** Breaks the connection for the other end, as a peer does that dies. */
  reset(): void {
    this.#isClosed = true;
    this.#other!.#reader?.reject(broken("ECONNRESET"));
    this.#other!.#reader = undefined;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader?.reject(broken("EINTR"));
    this.#reader = undefined;
    for (const { reject } of this.#unwritten.splice(0)) reject(broken("EINTR"));
    this.finish();
  }

  #serve(): void {
    const reader = this.#reader;
    if (!reader) return;
    const [first] = this.#unread;
    if (!first && !this.#hasEnded) return;
    this.#reader = undefined;
    if (!first) return reader.resolve(null);
    const count = Math.min(first.length, reader.into.length);
    reader.into.set(first.subarray(0, count));
    if (count === first.length) this.#unread.shift();
    else this.#unread[0] = first.subarray(count);
    reader.resolve(count);
  }
}

/** A listening socket without a network: a test dials it. */
export class FakeAcceptor implements Acceptor {
  readonly port: number = 2575;
  readonly #waiting: FakeConnection[] = [];
  #next: PromiseWithResolvers<void> = Promise.withResolvers();
  #isClosed = false;

  review(): void {}

  /** The dialling end of a new connection. */
  dial(): FakeConnection {
    const [accepted, dialled] = FakeConnection.pair();
    this.#waiting.push(accepted);
    this.#next.resolve();
    return dialled;
  }

  close(): void {
    this.#isClosed = true;
    this.#next.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Connection> {
    for (;;) {
      for (let one = this.#waiting.shift(); one; one = this.#waiting.shift()) yield one;
      if (this.#isClosed) return;
      await this.#next.promise;
      this.#next = Promise.withResolvers();
    }
  }
}

/** A network on which whatever is not given fails. */
export function fakeNet(given: Partial<Net>): Net {
  const none = (): Promise<never> => Promise.reject(broken("ENETUNREACH"));
  return {
    listen: none,
    connect: none,
    serveHttp: none,
    fetch: none,
    hangUp: () => {},
    lookup: none,
    proxyFor: () => Promise.resolve(undefined),
    certificatesIn: none,
    misfitOf: none,
    listenLocal: none,
    connectLocal: none,
    ...given,
  };
}

/** An error as the platform would throw it. */
export function broken(code: string): Error {
  return Object.assign(new Error(code), { code });
}
