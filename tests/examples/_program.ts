import { projectFolder } from "../../examples/_kit/process.ts";

/** A program that runs as a newcomer would run it, with everything it has printed. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  #out = "";
  #err = "";
  #watchers: (() => void)[] = [];
  #isRead = false;

  /** Runs `deno ARGS` in the project's folder. */
  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = new Deno.Command("deno", {
      args: [...args],
      cwd: projectFolder,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#read = Promise.all([
      this.#take(this.#child.stdout, (text) => this.#out += text),
      this.#take(this.#child.stderr, (text) => this.#err += text),
    ]).finally(() => {
      this.#isRead = true;
      this.#wake();
    });
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Resolves with the match once it has printed that; throws where it ends first. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#out);
      if (found) return found;
      if (this.#isRead) throw new Error(`It ended without printing ${pattern}:\n${this.#out}\n${this.#err}`);
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Asks it to end. */
  interrupt(signal: Deno.Signal = "SIGINT"): void {
    this.#child.kill(signal);
  }

  /** Resolves with its exit code once it has ended and all it printed is read. */
  async ended(): Promise<number> {
    const [{ code }] = await Promise.all([this.#child.status, this.#read]);
    return code;
  }

  /** Ends it where a test has not. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.ended();
  }

  async #take(output: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void): Promise<void> {
    for await (const text of output.pipeThrough(new TextDecoderStream())) {
      add(text);
      this.#wake();
    }
  }

  #wake(): void {
    for (const resolve of this.#watchers.splice(0)) resolve();
  }
}

/** Gives a test a folder of its own. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
