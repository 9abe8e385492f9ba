import type { Terminal } from "../../../runtime/console/terminal.ts";

/** How a {@linkcode FakeTerminal} differs from the usual one. */
export interface FakeTerminalOptions {
  readonly cwd?: string;
  readonly isTerminal?: boolean;
  readonly colour?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array;
  /** What the person types when asked; nobody is there where left out. */
  readonly answer?: string;
  /** What the person types, in order, when asked for what is not shown; nobody is there where left out. */
  readonly secrets?: readonly string[];
  readonly rows?: number;
}

/** A person who types one command, remembers all that is printed, and may press Ctrl-C. */
export class FakeTerminal implements Terminal {
  readonly args: readonly string[];
  readonly isTerminal: boolean;
  readonly colour: boolean;
  readonly columns = 100;
  readonly rows: number;
  readonly cwd: string;
  readonly readStdin?: () => Promise<Uint8Array>;
  readonly ask?: (question: string) => string | undefined;
  readonly askSecret?: (question: string) => string | undefined;
  readonly #env: Readonly<Record<string, string>>;
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  /** All of standard output. */
  stdout = "";
  /** All of standard error. */
  stderr = "";

  constructor(args: readonly string[], options: FakeTerminalOptions = {}) {
    const {
      cwd = "/",
      isTerminal = false,
      colour = false,
      env = { USER: "ada" },
      stdin,
      answer,
      secrets,
      rows = 50,
    } = options;
    this.args = args;
    this.cwd = cwd;
    this.isTerminal = isTerminal;
    this.colour = colour;
    this.rows = rows;
    this.#env = env;
    if (answer !== undefined) {
      this.ask = (question) => {
        this.out(`${question} ${answer}\n`);
        return answer;
      };
    }
    if (secrets) {
      const typed = [...secrets];
      this.askSecret = (question) => {
        this.err(`${question}\n`);
        return typed.shift();
      };
    }
    if (stdin) this.readStdin = () => Promise.resolve(stdin);
  }

  readonly out = (text: string): void => {
    this.stdout += text;
    this.#printed();
  };

  readonly err = (text: string): void => {
    this.stderr += text;
    this.#printed();
  };

  env(name: string): string | undefined {
    return this.#env[name];
  }

  onStrayError(): () => void {
    return () => {};
  }

  onInterrupt(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#printed();
    return () => this.#listeners.delete(listener);
  }

  /** Ctrl-C. Fails where nobody listens: the process would have ended. */
  interrupt(): void {
    if (this.#listeners.size === 0) throw new Error("Nobody listens for interrupts");
    for (const listener of this.#listeners) listener();
  }

  /** True while somebody listens for interrupts. */
  get isListening(): boolean {
    return this.#listeners.size > 0;
  }

  /** Resolves with the match when something that matches has been printed. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (!found) return;
      this.#waiting.delete(look);
      resolve(found);
    };
    this.#waiting.add(look);
    look();
    return promise;
  }

  #printed(): void {
    for (const look of [...this.#waiting]) look();
  }
}
