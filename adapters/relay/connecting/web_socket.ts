import ws from "ws";
import type { Connection } from "../../../runtime/contract/world.ts";
import { ConnectionStream } from "../../_kit/net/connection_stream.ts";
import { hostPort } from "../../_kit/net/host_port.ts";
import type { WebSocket, WebSocketMaker } from "./_ws_types.ts";

const Maker: WebSocketMaker = ws;
/** Largest WebSocket message: a server sends what it has for us in one, and no frame is larger than 4 MiB. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Speaks WebSocket (RFC 6455) over a connection, as a client, and resolves with what goes on within. Rejects with an error
 * of code `EUPGRADE` where the server does not, or with the connection's own. On `signal` the connection is closed.
 */
export function openWebSocket(
  connection: Connection,
  { host, port, signal }: { readonly host: string; readonly port: number; readonly signal: AbortSignal },
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    // TLS, where there is any, is the connection's.
    const socket: WebSocket = new Maker(`ws://${hostPort(host, port)}/`, {
      createConnection: () => new ConnectionStream(connection),
      perMessageDeflate: false,
      maxPayload: MESSAGE_BYTES_MAX,
    });
    const inner = new WebSocketConnection(socket, connection.peer);
    const giveUp = () => {
      reject(signal.reason);
      inner.close();
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    const over = () => signal.removeEventListener("abort", giveUp);
    socket.on("open", () => {
      over();
      resolve(inner);
    });
    socket.on("close", () => {
      over();
      const { trouble } = inner;
      const isNet = typeof (trouble as { code?: unknown } | undefined)?.code === "string";
      reject(
        isNet ? trouble : Object.assign(new Error("no upgrade", { cause: trouble }), { code: "EUPGRADE" }),
      );
      connection.close();
    });
  });
}

/** What goes on within a WebSocket: the bytes of its messages, one after the other. */
class WebSocketConnection implements Connection {
  readonly #socket: WebSocket;
  readonly #unread: Uint8Array[] = [];
  #hasEnded = false;
  #wake = () => {};
  /** What it was closed by, where that was an error. */
  trouble: unknown;

  constructor(socket: WebSocket, readonly peer: string) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.#unread.push(data);
      // The next comes once this one is read.
      socket.pause();
      this.#wake();
    });
    socket.on("error", (cause) => this.trouble ??= cause);
    socket.on("close", () => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#unread.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const [first] = this.#unread;
    if (!first && this.trouble) throw this.trouble;
    if (!first) return null;
    const count = Math.min(first.length, into.length);
    into.set(first.subarray(0, count));
    if (count < first.length) this.#unread[0] = first.subarray(count);
    else if (this.#unread.shift() && this.#unread.length === 0) this.#socket.resume();
    return count;
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, (cause) => cause ? reject(cause) : resolve());
    });
  }

  close(): void {
    this.#hasEnded = true;
    this.#wake();
    this.#socket.terminate();
  }
}
