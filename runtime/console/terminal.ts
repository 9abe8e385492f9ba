/**
 * The person's side of the command line: arguments, text out, signals. Injected like the World, so that a test can be
 * the person.
 */
export interface Terminal {
  /** What was typed after the program's name. */
  readonly args: readonly string[];
  /** Writes to standard output. MUST not throw when the reader has gone away (`mitral … | head`). */
  out(text: string): void;
  /** Writes to standard error. MUST not throw. */
  err(text: string): void;
  /** True where a person is looking: standard output and standard error are both terminals. */
  readonly isTerminal: boolean;
  /** True where colours are wanted: a terminal, and no `NO_COLOR` (https://no-color.org). */
  readonly colour: boolean;
  /** Width in characters; 80 where unknown. */
  readonly columns: number;
  /** Height in lines, as it is now; 24 where unknown. */
  readonly rows: number;
  /** An environment variable; `undefined` where it is not set. */
  env(name: string): string | undefined;
  /** Folder the command was started in, absolute. */
  readonly cwd: string;
  /** All of standard input. Left out where there is none. */
  readStdin?(): Promise<Uint8Array>;
  /** Asks the person for a line of text; `undefined` where nobody is there to type one. Left out where nobody can be. */
  ask?(question: string): string | undefined;
  /** The same for what nobody may read over a shoulder: it is not shown. */
  askSecret?(question: string): string | undefined;
  /** Calls `listener` on every SIGINT and SIGTERM, instead of ending the process; returns what ends that. */
  onInterrupt(listener: () => void): () => void;
  /**
   * Calls `listener` with every error that nothing in the program caught, instead of ending the process and printing
   * its text, which may quote a message; returns what ends that.
   */
  onStrayError(listener: (cause: unknown) => void): () => void;
}
