import type { Clone } from "./_clone.ts";

/** What something prints, as it comes. */
class Output {
  #text = "";
  #ended = false;
  #wakers: (() => void)[] = [];
  readonly #read: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#read = (async () => {
      for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
        this.#text += piece;
        this.#wake();
      }
      this.#ended = true;
      this.#wake();
    })();
  }

  get text(): string {
    return this.#text;
  }

  /** Resolves once it has printed something that passes; false where it ends before. */
  async until(passes: (text: string) => boolean): Promise<boolean> {
    while (!passes(this.#text)) {
      if (this.#ended) return false;
      await new Promise<void>((resolve) => this.#wakers.push(resolve));
    }
    return true;
  }

  /** Everything so far, which is forgotten. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Resolves once it has printed all. */
  async ended(): Promise<void> {
    await this.#read;
  }

  #wake(): void {
    for (const resolve of this.#wakers.splice(0)) resolve();
  }
}

/** What a program printed, and the code it ended with. */
export interface Ended {
  readonly printed: string;
  readonly code: number;
}

/** A process that belongs to a page, with all that it starts. */
class Program implements AsyncDisposable {
  protected readonly child: Deno.ChildProcess;
  readonly output: Output;

  constructor({ folder: cwd, env }: Clone, args: string[], stdin: "piped" | "null") {
    const options = {
      args,
      cwd,
      env,
      clearEnv: true,
      stdin,
      stdout: "piped",
      stderr: "null",
      detached: true,
    } as const;
    this.child = new Deno.Command("bash", options).spawn();
    this.output = new Output(this.child.stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.output.ended();
    await this.child.status;
  }

  protected signal(signal: Deno.Signal): void {
    try {
      // To all of its group, as a terminal does it.
      Deno.kill(-this.child.pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

/** A shell that runs commands to their end, one after the other. */
export class Shell extends Program {
  readonly #clone: Clone;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #scripts = 0;

  constructor(clone: Clone) {
    super(clone, ["--noprofile", "--norc"], "piped");
    this.#clone = clone;
    this.#input = this.child.stdin.getWriter();
    this.#say(`exec 2>&1; tell() { printf '\\0%s\\0' $?; }; trap tell EXIT\n`);
  }

  /** Runs commands until one of them fails. One that `fails` as it should is not the end of the shell. */
  async run(commands: string, fails = false): Promise<Ended> {
    const script = await this.#clone.script(`${++this.#scripts}.sh`, commands);
    const source = `set -eo pipefail; . ${script} </dev/null`;
    const line = fails ? `set +e; ( ${source} ); tell\n` : `${source}; tell\n`;
    this.#say(line);
    await this.output.until((text) => /\0\d+\0/.test(text));
    const [printed, code = "-1"] = this.output.take().split("\0");
    return { printed, code: Number(code) };
  }

  #say(line: string): void {
    // Where nobody reads it any more the output has ended, too.
    this.#input.write(new TextEncoder().encode(line)).catch(() => {});
  }
}

/** A command in a terminal of its own, which runs until somebody presses Ctrl-C. */
export class Background extends Program {
  readonly command: string;

  constructor(command: string, clone: Clone) {
    super(clone, ["-c", `exec 2>&1; exec ${command}`], "null");
    this.command = command;
  }

  /** Presses Ctrl-C; the code it ends with. */
  async interrupt(): Promise<number> {
    this.signal("SIGINT");
    await this.output.ended();
    return (await this.child.status).code;
  }
}
