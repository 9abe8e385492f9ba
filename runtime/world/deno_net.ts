import type { Acceptor, Connection, ListenOptions, Net } from "../contract/world.ts";

class SocketConnection implements Connection {
  readonly #socket: Deno.Conn;
  readonly #place: Disposable | undefined;
  readonly peer: string;
  #closed = false;

  /** `place` is given back when the connection is closed. */
  constructor(socket: Deno.Conn, peer: string, place?: Disposable) {
    this.#socket = socket;
    this.#place = place;
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
    this.#place?.[Symbol.dispose]();
  }
}

function addressOf(address: Deno.Addr): string {
  return "hostname" in address ? `${address.hostname}:${address.port}` : "local";
}

function hostOf(address: Deno.Addr): string {
  return "hostname" in address ? address.hostname : "";
}

function prepare(socket: Deno.TcpConn): void {
  socket.setNoDelay(true);
  // A VPN that died says nothing: without this its connections would hold their places for ever.
  socket.setKeepAlive(true);
}

/** Accepts until closed. A connection that dies between the kernel and us is no reason to stop accepting. */
async function* accepted<A extends Deno.Addr>(
  listener: Deno.Listener<Deno.Conn<A>, A>,
  prepare: (socket: Deno.Conn<A>) => void,
  enter?: ListenOptions["enter"],
): AsyncIterableIterator<Connection> {
  for (;;) {
    let socket: Deno.Conn<A>;
    try {
      socket = await listener.accept();
    } catch (cause) {
      if (cause instanceof Deno.errors.BadResource || cause instanceof Deno.errors.Interrupted) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const place = enter?.(hostOf(socket.remoteAddr));
    if (enter && !place) {
      socket.close();
      continue;
    }
    prepare(socket);
    yield new SocketConnection(socket, addressOf(socket.remoteAddr), place);
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

/** Plain TCP, by the platform's own sockets: they are the fastest. */
function listenPlainly({ host, port, enter }: ListenOptions): Acceptor {
  const listener = Deno.listen({ hostname: host, port });
  return {
    port: (listener.addr as Deno.NetAddr).port,
    close: closing(listener),
    review: () => {},
    [Symbol.asyncIterator]: () =>
      accepted<Deno.NetAddr>(listener, (socket) => prepare(socket as Deno.TcpConn), enter),
  };
}

/** TLS. Connections wait in the order in which their handshakes ended. */
async function listenSecurely(options: ListenOptions): Promise<Acceptor> {
  const { listenOn, portOf } = await import("./deno_listening.ts");
  const { StreamConnection } = await import("./deno_sockets.ts");
  const waiting: Connection[] = [];
  let next = Promise.withResolvers<void>();
  let isClosed = false;
  const listening = await listenOn(options, [], ({ stream, peer, known }) => {
    waiting.push(new StreamConnection(stream, peer, known));
    next.resolve();
  });
  return {
    port: portOf(listening.server),
    review: () => listening.review(),
    close() {
      if (isClosed) return;
      isClosed = true;
      listening.close();
      next.resolve();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        for (let one = waiting.shift(); one; one = waiting.shift()) yield one;
        if (isClosed) return;
        await next.promise;
        next = Promise.withResolvers();
      }
    },
  };
}

/** Loaded by the first request that needs it: before, there is no connection to hang up. */
let fetching: typeof import("./deno_fetch.ts") | undefined;

/** This machine's network. What only TLS and HTTP need is loaded when they are first used. */
export const denoNet: Net = {
  // async, so that a port in use rejects instead of throwing
  async listen(options) {
    return options.tls ? await listenSecurely(options) : listenPlainly(options);
  },
  async connect({ host, port, signal, keepAlive = true, tls, proxy }) {
    if (tls || proxy !== undefined) {
      return await (await import("./deno_calling.ts")).call(host, port, { signal, keepAlive, tls, proxy });
    }
    const socket = await Deno.connect({ hostname: host, port, signal }).catch(named);
    socket.setNoDelay(true);
    socket.setKeepAlive(keepAlive);
    return new SocketConnection(socket, `${host}:${port}`);
  },
  async lookup(host) {
    const { lookup } = await import("node:dns/promises");
    return (await lookup(host, { all: true })).map(({ address }) => address);
  },
  async serveHttp(options, handler) {
    return await (await import("./deno_http.ts")).serveHttp(options, handler);
  },
  async fetch(request, options) {
    if (!options) return await fetch(request);
    fetching ??= await import("./deno_fetch.ts");
    return await fetching.fetchBy(request, options);
  },
  hangUp(tls, stay) {
    fetching?.hangUp(tls, stay);
  },
  async proxyFor(url) {
    return (await import("./deno_fetch.ts")).proxyFor(url);
  },
  async certificatesIn(pem) {
    return (await import("./deno_certificates.ts")).certificatesIn(pem);
  },
  async misfitOf(identity) {
    return (await import("./deno_certificates.ts")).misfitOf(identity);
  },
  async listenLocal(path) {
    const listener = Deno.listen({ transport: "unix", path });
    return { close: closing(listener), [Symbol.asyncIterator]: () => accepted(listener, () => {}) };
  },
  async connectLocal(path) {
    return new SocketConnection(await Deno.connect({ transport: "unix", path }), "local");
  },
};
