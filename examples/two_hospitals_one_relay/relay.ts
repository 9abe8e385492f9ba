import { join } from "node:path";
import { lastLines, mitral } from "../_kit/process.ts";

/** Ports of the relay. */
export interface RelayPorts {
  readonly wss: number;
  readonly tls: number;
  readonly monitor: number;
}

/** Why there is no relay on this machine, for a person; `undefined` where there can be one. */
export async function relayMissing(): Promise<string | undefined> {
  for (const [program, args] of [["nats-server", "--version"], ["openssl", "version"]]) {
    try {
      await new Deno.Command(program, { args: [args], stdout: "null", stderr: "null" }).output();
    } catch {
      return `The relay needs ${program} on the path. nats-server 2.15.1 comes by ` +
        "`go install github.com/nats-io/nats-server/v2@v2.15.1`; --carrier direct does without.";
    }
  }
}

/** A relay as its operator sets it up: a real nats-server, and what `mitral relay` has made for it. */
export class Relay implements AsyncDisposable {
  readonly #folder: string;
  readonly #log: string;
  #child: Deno.ChildProcess | undefined;
  #outputs = Promise.resolve<unknown>(undefined);

  private constructor(folder: string, log: string) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Sets one up in `folder/relay`, with its certificate in `folder/relay.pem`, which partners know it by. */
  static async setUp(folder: string, { wss, tls, monitor }: RelayPorts): Promise<Relay> {
    const [certificate, key, relay] = ["relay.pem", "relay.key", "relay"].map((name) => join(folder, name));
    const { code, stderr } = await new Deno.Command("openssl", {
      args: [
        ...[
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-days",
          "30",
        ],
        ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        ...["-out", certificate, "-keyout", key],
      ],
    }).output();
    if (code !== 0) {
      throw new Error(`The relay's certificate cannot be made:\n${new TextDecoder().decode(stderr)}`);
    }
    await run(
      ...[
        "init",
        relay,
        "--name",
        "localhost",
        "--host",
        "127.0.0.1",
        "--certificate",
        certificate,
        "--key",
        key,
      ],
      ...["--wss-port", String(wss), "--tls-port", String(tls), "--monitor-port", String(monitor)],
    );
    return new Relay(relay, join(folder, "relay.log"));
  }

  /** Gives two gateways a mailbox each, and lets them write to each other. They hand out nothing but public files. */
  async serve(one: string, other: string): Promise<void> {
    await run("add", this.#folder, one, "--name", "one");
    await run("add", this.#folder, other, "--name", "other", "--with", "one");
  }

  /** Starts the server; resolves once it takes connections. */
  async start(): Promise<void> {
    const child = new Deno.Command("nats-server", {
      args: ["-c", join(this.#folder, "nats-server.conf")],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      detached: true,
    }).spawn();
    this.#child = child;
    const ready = Promise.withResolvers<void>();
    this.#outputs = this.#follow(child.stderr, (text) => text.includes("Server is ready") && ready.resolve());
    const fallen = child.status.then(async ({ code }) => {
      await this.#outputs;
      throw new Error(`The relay has ended with ${code}:\n${lastLines(await Deno.readTextFile(this.#log))}`);
    });
    fallen.catch(() => {});
    await Promise.race([ready.promise, fallen]);
  }

  /** Makes the mailboxes, once the server runs. */
  async apply(): Promise<void> {
    await run("apply", this.#folder);
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
    await this.#outputs;
    this.#child = undefined;
  }

  /** Where its configuration and its mailboxes are, and its log. */
  get files(): readonly string[] {
    return [this.#folder, this.#log];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #follow(output: ReadableStream<Uint8Array>, see: (text: string) => void): Promise<void> {
    using file = await Deno.open(this.#log, { append: true, create: true });
    for await (const piece of output) {
      await file.write(piece);
      see(new TextDecoder().decode(piece));
    }
  }
}

async function run(...args: readonly string[]): Promise<void> {
  const { code, out, err } = await mitral("relay", ...args);
  if (code !== 0) throw new Error(`mitral relay ${args[0]} ends with ${code}:\n${lastLines(out + err)}`);
}
