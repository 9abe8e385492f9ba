import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** An HTTP proxy (RFC 9110 section 9.3.6) that leads wherever the test says, whatever it is asked for. */
export class ConnectProxy {
  /** What it was asked for, in order: where to, and with which credentials. */
  readonly asked: (readonly [target: string, credentials: string | undefined])[] = [];
  /** The status it answers; only 200 opens a way. */
  status = 200;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer();
  readonly #port: number;

  private constructor(port: number) {
    this.#port = port;
    this.#server.on("connect", (request: IncomingMessage, socket: Socket) => this.#open(request, socket));
  }

  /** `port`: of this machine, where every way leads. */
  static async open(port: number): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(port);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #open({ url = "", headers }: IncomingMessage, socket: Socket): void {
    this.asked.push([url, headers["proxy-authorization"]]);
    this.#keep(socket);
    if (this.status !== 200) {
      return void socket.end(`HTTP/1.1 ${this.status} No\r\nContent-Length: 0\r\n\r\n`);
    }
    const onward = connect(this.#port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    this.#keep(onward);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => this.#sockets.delete(socket));
  }
}
