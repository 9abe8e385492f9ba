import { Clone } from "./_clone.ts";
import { type Step, stepsOf } from "./_page.ts";
import { Ports } from "./_ports.ts";
import { Promises } from "./_promises.ts";
import { Background, Shell } from "./_terminal.ts";

/** Commands that run until Ctrl-C, and what they print once they are there. */
const LASTING =
  /^nats-server -c |^deno (?:task (?:start|mitral (?:run|sink|tail|test .*--watch))|run .*mod\.ts (?:run|sink|tail))\b(?!.* --count)/;
const THERE = /^(?:ready |listening on |following |waiting for a change)|Server is ready$/m;
/** Commands that only look: what they show may still be on its way. */
const LOOKS = /^(?:ls|cat|tr|head|grep|deno task mitral (?:status|messages (?:list|show)|trace|fax queue))\b/;

const LOOK_MS_MAX = 90_000;
const PAGE_MS_MAX = 180_000;

/** A newcomer who does what a page says and compares what happens with what it promises. Throws where it differs. */
export async function follow(page: string): Promise<void> {
  const ports = new Ports(page);
  await using clone = await Clone.make(ports);
  await using reader = new Reader(clone);
  const deadline = setTimeout(() => reader[Symbol.asyncDispose](), PAGE_MS_MAX);
  try {
    for (const step of stepsOf(ports.real(page))) {
      await reader.do(step);
    }
    await reader.leave();
  } finally {
    clearTimeout(deadline);
  }
}

/** Commands of a page, with what they print where it says that. */
interface Commands {
  readonly commands: string;
  readonly fails: boolean;
  readonly prints?: string;
  readonly line: number;
}

class Reader implements AsyncDisposable {
  readonly #clone: Clone;
  readonly #shell: Shell;
  readonly #promises = new Promises();
  #lasting: Background[] = [];
  #programs = 0;

  constructor(clone: Clone) {
    this.#clone = clone;
    this.#shell = new Shell(clone);
  }

  async do(step: Step): Promise<void> {
    switch (step.does) {
      case "run":
        return await this.#run(step);
      case "program": {
        const file = `program_${++this.#programs}.ts`;
        await this.#clone.write(file, this.#promises.real(step.program));
        return await this.#run({ ...step, commands: `deno run -P ${file}`, fails: false });
      }
      case "write":
        return await this.#clone.write(step.file, step.text);
      case "watch":
        return await this.#watch(step);
      case "skip":
    }
  }

  /** Presses Ctrl-C in every terminal. */
  async leave(): Promise<void> {
    for (const each of this.#lasting.splice(0).reverse()) await this.#interrupt(each);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of [...this.#lasting, this.#shell]) await each[Symbol.asyncDispose]();
  }

  async #run({ commands, fails, prints, line }: Commands): Promise<void> {
    const lines = this.#promises.real(commands).replace(/\\\n\s*/g, "").split("\n").filter(Boolean);
    const looks = prints !== undefined && lines.every((each) => LOOKS.test(each));
    if (looks) return await this.#look({ commands: lines.join("\n"), fails, prints, line });
    let printed = "", foreground = "", lasting: Background | undefined;
    const finish = async () => {
      if (foreground !== "") printed += await this.#finish({ commands: foreground, fails, line });
      foreground = "";
    };
    for (const each of lines) {
      const command = each.replace(/^npx -y deno@\S+/, "deno").replace(/\s+#.*$/, "");
      if (!LASTING.test(command)) foreground += `${each}\n`;
      else {
        await finish();
        lasting = await this.#start(command, line);
      }
    }
    await finish();
    if (prints === undefined || this.#promises.kept(prints, printed)) return;
    if (await lasting?.output.until((more) => this.#promises.kept(prints, printed + more))) return;
    throw new Error(brokenText(line, prints, printed + (lasting?.output.text ?? "")));
  }

  /** Runs commands to their end; what they print. */
  async #finish({ commands, fails, line }: Commands): Promise<string> {
    const { code, printed } = await this.#shell.run(commands, fails);
    await this.#clone.giveRealPorts();
    if ((code !== 0) === fails) return printed;
    throw new Error(`line ${line}: ended with ${code}:\n${commands}\n${printed}`);
  }

  /** Looks until there is to see what is promised: messages are on their way. */
  async #look({ commands, fails, prints, line }: Required<Commands>): Promise<void> {
    const beginMs = performance.now();
    for (;;) {
      const { code, printed } = await this.#shell.run(commands, true);
      if ((code !== 0) === fails && this.#promises.kept(prints, printed)) return;
      if (performance.now() - beginMs > LOOK_MS_MAX) throw new Error(brokenText(line, prints, printed));
    }
  }

  /** Starts what lasts. What runs the same already is ended first, as the page has its reader do. */
  async #start(command: string, line: number): Promise<Background> {
    const same = this.#lasting.find((each) => placeOf(each.command) === placeOf(command));
    if (same) {
      this.#lasting = this.#lasting.filter((each) => each !== same);
      await this.#interrupt(same);
    }
    const started = new Background(command, this.#clone);
    this.#lasting.push(started);
    if (await started.output.until((text) => THERE.test(text))) return started;
    throw new Error(`line ${line}: ${command} ended:\n${started.output.text}`);
  }

  async #interrupt(each: Background): Promise<void> {
    const code = await each.interrupt();
    if (code !== 0) throw new Error(`${each.command} ended with ${code}:\n${each.output.text}`);
  }

  async #watch({ prints, line }: { readonly prints: string; readonly line: number }): Promise<void> {
    const shown = (text: string) => this.#promises.kept(`…\n${prints}…`, text);
    const seen = this.#lasting.map(async ({ output }) => await output.until(shown) || Promise.reject());
    await Promise.any(seen).catch(() => {
      throw new Error(`line ${line}: nothing that runs prints:\n\n${prints}`);
    });
  }
}

/** What a lasting command has to itself: its gateway file, or its address. */
function placeOf(command: string): string {
  return /\brun (?:.* )?(\S+\.ya?ml)|\bsink (\S+)/.exec(command)?.slice(1).join("") ?? command;
}

function brokenText(line: number, promised: string, printed: string): string {
  return `line ${line}: promised:\n\n${promised}\nprinted:\n\n${printed}`;
}
