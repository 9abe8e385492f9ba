import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder, where `mod.ts` and `deno.json` lie. */
export const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** What the command line printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `mitral ARGS` to its end. */
export async function mitral(...args: readonly string[]): Promise<Ended> {
  const command = new Deno.Command("deno", { args: ["run", "-P", "mod.ts", ...args], cwd: projectFolder });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

/** As {@linkcode mitral}, for a command that prints JSON; throws where it fails. */
export async function askMitral(...args: readonly string[]): Promise<unknown> {
  const { code, out, err } = await mitral(...args, "--json");
  if (code !== 0) throw new Error(`mitral ${args.join(" ")} ends with ${code}:\n${lastLines(err)}`);
  return JSON.parse(out);
}

/** What {@linkcode GatewayProcess.start} is told. */
export interface GatewayFiles {
  /** As the gateway file says it. */
  readonly name: string;
  /** The gateway file. */
  readonly file: string;
  /** File its output is added to. */
  readonly log: string;
  /** What is run; `mod.ts` where left out. */
  readonly program?: string;
}

type Said = Pick<GatewayFiles, "name" | "log">;

/** A gateway as a process of its own: `mitral run FILE`. */
export class GatewayProcess {
  readonly #child: Deno.ChildProcess;
  readonly #isReady: Promise<boolean>;
  readonly #lines: Lines;
  #isEnding = false;
  readonly #ended: Promise<Deno.CommandStatus>;
  /** Rejects where it ends unasked, with the last lines it said; never resolves. */
  readonly fallen: Promise<never>;

  private constructor(
    child: Deno.ChildProcess,
    outputs: Promise<unknown>,
    isReady: Promise<boolean>,
    lines: Lines,
    { name, log }: Said,
  ) {
    this.#child = child;
    this.#isReady = isReady;
    this.#lines = lines;
    this.#ended = Promise.all([child.status, outputs]).then(([status]) => status);
    this.fallen = new Promise((_, reject) =>
      this.#ended.then(async ({ code }) => {
        if (this.#isEnding) return;
        const said = lastLines(await Deno.readTextFile(log));
        reject(new Error(`Gateway ${name} has ended with ${code}:\n${said}`));
      })
    );
    // Whoever waits for it is told; nobody has to.
    this.fallen.catch(() => {});
  }

  /** Starts one, and does not wait for it. It must have its master key. */
  static spawn({ name, file, log, program = "mod.ts" }: GatewayFiles): GatewayProcess {
    const child = new Deno.Command("deno", {
      args: ["run", "-P", program, "run", file],
      cwd: projectFolder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C in the terminal is for the example alone, which then stops its gateways in order.
      detached: true,
    }).spawn();
    const ready = Promise.withResolvers<boolean>();
    const watch = lineWatch((line) => {
      if (line === `ready ${name}`) ready.resolve(true);
      if (line === `not ready ${name}`) ready.resolve(false);
    });
    const lines = new Lines();
    const logged = lineWatch((line) => lines.add(line));
    const outputs = Promise.all([
      append(child.stdout.pipeThrough(watch), log),
      append(child.stderr.pipeThrough(logged), log),
    ]);
    return new GatewayProcess(child, outputs, ready.promise, lines, { name, log });
  }

  /**
   * Resolves when every channel listens; throws with the last lines it said where that does not come about. At its first
   * start it is given a master key, beside the gateway file.
   */
  static async start(files: GatewayFiles): Promise<GatewayProcess> {
    await makeMasterKey(join(dirname(files.file), "master.key"));
    const gateway = GatewayProcess.spawn(files);
    if (await Promise.race([gateway.#isReady, gateway.fallen])) return gateway;
    await gateway.stop();
    throw new Error(`Gateway ${files.name} is not ready:\n${lastLines(await Deno.readTextFile(files.log))}`);
  }

  /** Resolves once it has logged a line with these words; rejects where it ends before, unasked. */
  logged(words: string): Promise<void> {
    return Promise.race([this.#lines.until(words), this.fallen]);
  }

  /** Asks it to finish what is under way and to end. Its exit code. */
  async stop(): Promise<number> {
    this.#signal("SIGTERM");
    return (await this.#ended).code;
  }

  /** Lets nothing of it run any more; it can only be killed. */
  freeze(): void {
    this.#signal("SIGSTOP");
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#ended;
  }

  #signal(name: Deno.Signal): void {
    this.#isEnding = true;
    try {
      this.#child.kill(name);
    } catch (cause) {
      // It has ended by itself.
      if (!(cause instanceof TypeError || cause instanceof Deno.errors.NotFound)) throw cause;
    }
  }
}

/** What was logged, and who waits for more of it. */
class Lines {
  readonly #lines: string[] = [];
  readonly #watchers = new Set<(line: string) => void>();

  add(line: string): void {
    this.#lines.push(line);
    for (const see of this.#watchers) see(line);
  }

  until(words: string): Promise<void> {
    if (this.#lines.some((line) => line.includes(words))) return Promise.resolve();
    return new Promise((resolve) => {
      const see = (line: string) => {
        if (!line.includes(words)) return;
        this.#watchers.delete(see);
        resolve();
      };
      this.#watchers.add(see);
    });
  }
}

/** Makes the key a gateway's journal and its own keys are sealed under, unless it has one. */
export async function makeMasterKey(path: string): Promise<void> {
  if (await Deno.stat(path).catch(() => undefined)) return;
  const { code, err } = await mitral("keys", "master", path);
  if (code !== 0) throw new Error(`The master key cannot be made:\n${lastLines(err)}`);
}

/** The last lines of a text, indented. */
export function lastLines(text: string, count = 8): string {
  return text.trimEnd().split("\n").slice(-count).map((line) => `  ${line}`).join("\n");
}

async function append(output: ReadableStream<Uint8Array>, path: string): Promise<void> {
  const file = await Deno.open(path, { append: true, create: true });
  await output.pipeTo(file.writable);
}

/** Passes bytes on and calls `see` with each whole line of them. */
function lineWatch(
  see: (line: string) => void,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoder();
  let rest = "";
  return new TransformStream({
    transform(piece, out) {
      out.enqueue(piece);
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) see(line);
    },
  });
}
