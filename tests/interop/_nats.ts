import { Folder } from "../adapters/file/folder.ts";
import { requirePeer } from "./_peers.ts";

/** NATS's server, where it is installed in version 2.15 or a later one. */
export const natsServer = await requirePeer("nats-server");

/** What a server's configuration is made from: ports that are free, and a folder of its own. */
export interface NatsPlaces {
  /** Where clients meet it. */
  readonly port: number;
  readonly websocketPort: number;
  readonly monitorPort: number;
  /** Where it may keep things; gone with the server. */
  readonly folder: string;
}

/** Text of a configuration file: `listen: 127.0.0.1:${port}` and so on. */
export type NatsConfig = (places: NatsPlaces) => string | Promise<string>;

/** NATS's server with a configuration, ports and a folder of its own on this machine. */
export class NatsServer implements AsyncDisposable, NatsPlaces {
  readonly port = freePort();
  readonly websocketPort = freePort();
  readonly monitorPort = freePort();
  readonly #folder: Folder;
  #running: { readonly child: Deno.ChildProcess; readonly log: ServerLog } | undefined;

  private constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** Takes messages once this resolves. */
  static async start(config: NatsConfig): Promise<NatsServer> {
    const server = await NatsServer.prepare();
    try {
      await server.configure(config);
      await server.start();
    } catch (cause) {
      await server[Symbol.asyncDispose]();
      throw cause;
    }
    return server;
  }

  /** Has its ports and its folder, and does not run yet. */
  static async prepare(): Promise<NatsServer> {
    return new NatsServer(await Folder.make());
  }

  get folder(): string {
    return this.#folder.at();
  }

  /** A path in its folder. */
  at(...names: string[]): string {
    return this.#folder.at(...names);
  }

  get pid(): number {
    return this.#started.child.pid;
  }

  /** What it has logged since it was started. */
  get log(): string {
    return this.#started.log.text;
  }

  /** Writes its configuration file; one that runs takes it with {@linkcode reload}. */
  async configure(config: NatsConfig): Promise<void> {
    await this.#folder.write("nats.conf", await config(this));
  }

  /** Runs, again if need be: on the same ports, with what it had stored. `config`: a file of its own in place of ours. */
  async start(config = this.at("nats.conf")): Promise<void> {
    const child = natsServer.command(["--config", config], {
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const log = new ServerLog(child.stderr);
    this.#running = { child, log };
    await log.says("Server is ready");
  }

  /** Takes its configuration file anew; rejects where it refuses. */
  async reload(): Promise<void> {
    const { child, log } = this.#started;
    const { length } = log.text;
    child.kill("SIGHUP");
    if ((await log.says(/Reloaded server configuration|Failed to reload/, length)).startsWith("Failed")) {
      throw new Error(log.text.slice(length));
    }
  }

  /** Resolves once it logs a text, from now on or since it was started. */
  async logs(wanted: string | RegExp): Promise<void> {
    await this.#started.log.says(wanted);
  }

  /** Ends it in order. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** Ends it in the middle of whatever it does. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#folder[Symbol.asyncDispose]();
  }

  get #started() {
    if (!this.#running) throw new Error("the NATS server does not run");
    return this.#running;
  }

  async #end(signal: Deno.Signal): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (!running) return;
    try {
      running.child.kill(signal);
    } catch (cause) {
      // It has ended by itself.
      if (!(cause instanceof TypeError || cause instanceof Deno.errors.NotFound)) throw cause;
    }
    await Promise.all([running.child.status, running.log.ended]);
  }
}

/** What a process says, while it says it. */
class ServerLog {
  text = "";
  readonly ended: Promise<void>;
  #isOver = false;
  #heard = Promise.withResolvers<void>();

  constructor(output: ReadableStream<Uint8Array>) {
    this.ended = this.#follow(output);
  }

  /** Resolves with what was found, once it stands in the log from `from` on; rejects where the log ends before. */
  async says(wanted: string | RegExp, from = 0): Promise<string> {
    for (;;) {
      const said = this.text.slice(from);
      const found = typeof wanted === "string"
        ? (said.includes(wanted) ? wanted : undefined)
        : wanted.exec(said)?.[0];
      if (found !== undefined) return found;
      if (this.#isOver) throw new Error(`the NATS server ended before it said ${wanted}:\n${this.text}`);
      await this.#heard.promise;
    }
  }

  async #follow(output: ReadableStream<Uint8Array>): Promise<void> {
    for await (
      const text of output.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    ) {
      this.text += text;
      this.#tell();
    }
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
