import type { Terminal } from "../terminal.ts";

/** How far a long command is. Dispose of it to give the line back. */
export interface Progress extends Disposable {
  /** One more is done. */
  step(): void;
  /** Makes room for a line that is about to be printed; the bar comes back below it. */
  makeRoom(): void;
}

/** The part of `cli-progress` that is used; the package has no types of its own. */
interface Bar {
  start(total: number, done: number): void;
  increment(): void;
  stop(): void;
}

/** Shows nothing. */
export const noProgress: Progress = { step() {}, makeRoom() {}, [Symbol.dispose]() {} };

/** Draws a bar on standard error; nothing where nobody is looking. `what` is counted: `messages`. */
export async function openProgress(terminal: Terminal, total: number, what: string): Promise<Progress> {
  if (!terminal.isTerminal) return noProgress;
  const { default: { SingleBar } } = await import("cli-progress");
  const stream = { isTTY: true, columns: terminal.columns, write: (text: string) => terminal.err(text) };
  const bar: Bar = new SingleBar({
    format: `[{bar}] {value}/{total} ${what}, {eta} s left`,
    barsize: 30,
    clearOnComplete: true,
    stream,
  });
  bar.start(total, 0);
  return {
    step: () => bar.increment(),
    makeRoom: () => terminal.err("\r\x1b[K"),
    [Symbol.dispose]: () => bar.stop(),
  };
}
