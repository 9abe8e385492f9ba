import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What the command line printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `mitral ARGS` to its end. */
export async function mitral(...args: readonly string[]): Promise<Ended> {
  const { code, stdout, stderr } = await commandOf(args).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

/** One line of the log, at `--log json`. */
export interface LogLine {
  readonly level: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The product as an operator runs it: `mitral run FILE --log json --log-level debug`, a process of its own. */
export class Product implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #out: Output;
  readonly #err: Output;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#out = new Output(child.stdout);
    this.#err = new Output(child.stderr);
  }

  /** Resolves when every channel listens. Fails with what it said where it ends before. By a module of its own where given. */
  static async start(file: string, module?: string): Promise<Product> {
    const args = ["run", file, "--log", "json", "--log-level", "debug"];
    const product = new Product(commandOf(args, module).spawn());
    await product.#out.seen((line) => line.startsWith("ready "));
    return product;
  }

  /** All of standard output so far. */
  get out(): string {
    return this.#out.text;
  }

  /** All of standard error so far: the log. */
  get err(): string {
    return this.#err.text;
  }

  /** Where a channel listens, as the product prints it. */
  address(channel: string): string {
    return new RegExp(`^channel ${channel} listens on (\\S+)$`, "m").exec(this.out)![1];
  }

  /** Where the monitor is, without a page. */
  get monitor(): string {
    return /^monitor (http:\S+)\/health$/m.exec(this.out)![1];
  }

  /** Resolves with the properties of the `count`th line of the log that hold all of these, or are as wanted. */
  async logged(
    wanted: Readonly<Record<string, unknown>> | ((properties: LogLine["properties"]) => boolean),
    count = 1,
  ): Promise<LogLine["properties"]> {
    const isWanted = typeof wanted === "function"
      ? wanted
      : (properties: LogLine["properties"]) =>
        Object.entries(wanted).every(([name, value]) => properties[name] === value);
    const propertiesOf = (line: string) => (JSON.parse(line) as LogLine).properties;
    return propertiesOf(
      await this.#err.seen((line) => line.startsWith("{") && isWanted(propertiesOf(line)), count),
    );
  }

  /** Id of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Sends it a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Resolves with the `count`th line of standard output that is as wanted. */
  async said(wanted: (line: string) => boolean, count = 1): Promise<string> {
    return await this.#out.seen(wanted, count);
  }

  /** SIGTERM. Resolves when it has ended and all it said is read. */
  async stop(): Promise<Deno.CommandStatus> {
    this.#child.kill("SIGTERM");
    return await this.ended();
  }

  async ended(): Promise<Deno.CommandStatus> {
    const [status] = await Promise.all([this.#child.status, this.#out.ended, this.#err.ended]);
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (cause) {
      // It has ended.
      assertEquals(cause instanceof TypeError, true, String(cause));
    }
    await this.ended();
  }
}

/** Lines as they come. */
class Output {
  /** All that came. */
  text = "";
  readonly ended: Promise<void>;
  #isOver = false;
  #watchers: (() => void)[] = [];

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#read(stream);
  }

  /** Resolves when `count` whole lines are as wanted. Fails with the last lines where it ends before. */
  async seen(wanted: (line: string) => boolean, count = 1): Promise<string> {
    let found = 0;
    for (let at = 0;;) {
      const end = this.text.indexOf("\n", at);
      if (end >= 0) {
        const line = this.text.slice(at, end);
        if (wanted(line) && ++found === count) return line;
        at = end + 1;
      } else if (this.#isOver) {
        throw new Error(`It ended after ${found} of ${count} lines:\n${this.text.slice(-2_000)}`);
      } else {
        await new Promise<void>((resolve) => this.#watchers.push(resolve));
      }
    }
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of stream) {
      this.text += decoder.decode(piece, { stream: true });
      this.#tell();
    }
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    for (const tell of this.#watchers.splice(0)) tell();
  }
}

function commandOf(args: readonly string[], module = "mod.ts"): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--v8-flags=--expose-gc", "-P", module, ...args],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
