import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A request as the peer got it, whole, waiting for its answer. */
export interface PeerRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** Nothing happens where the client has gone. */
  respond(
    status: number,
    body?: string | Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Begins a 200 answer of ten bytes and breaks off after four. */
  breakOff(): void;
  /** Closes the connection without an answer. */
  hangUp(): void;
}

/** An HTTP server that a test answers by hand. */
export class HttpPeer {
  readonly #waiting: PeerRequest[] = [];
  readonly #takers: ((request: PeerRequest) => void)[] = [];
  #server = this.#serve();
  #port = 0;

  static async open(): Promise<HttpPeer> {
    const peer = new HttpPeer();
    await peer.start();
    return peer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hl7`;
  }

  /** The next request that arrived whole. */
  next(): Promise<PeerRequest> {
    const request = this.#waiting.shift();
    return request ? Promise.resolve(request) : new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Requests nobody has asked for with `next`. */
  get unread(): number {
    return this.#waiting.length;
  }

  async start(): Promise<void> {
    this.#server = this.#serve();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #serve() {
    return createServer((incoming, outgoing) => void this.#arrive(incoming, outgoing).catch(() => {}));
  }

  async #arrive(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
    const request = asPeerRequest(
      incoming,
      outgoing,
      new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()),
    );
    // What asks for nothing is no message for a test to answer.
    if (request.method === "OPTIONS") return await request.respond(204);
    const taker = this.#takers.shift();
    if (taker) taker(request);
    else this.#waiting.push(request);
  }
}

function asPeerRequest(incoming: IncomingMessage, outgoing: ServerResponse, bytes: Uint8Array): PeerRequest {
  const socket: Socket = incoming.socket;
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers as Record<string, string>,
    bytes,
    respond: (status, body = "", headers = {}) =>
      new Promise((resolve) => {
        outgoing.on("error", () => resolve()).on("close", () => resolve());
        if (socket.destroyed) return resolve();
        outgoing.writeHead(status, headers);
        outgoing.end(body, () => resolve());
      }),
    breakOff() {
      outgoing.writeHead(200, { "content-length": "10" });
      outgoing.write("four", () => socket.destroy());
    },
    hangUp: () => void socket.destroy(),
  };
}
