import type { Progress } from "../../journal/upkeep/upkeep.ts";
import type { Terminal } from "../terminal.ts";

/** Says on one line of standard error how far something is; nothing where nobody is looking. Dispose of it to clear the line. */
export class Doing implements Disposable {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  readonly tell = ({ doing, done, total }: Progress): void => {
    const share = total ? ` ${Math.floor(100 * (done ?? 0) / total)} %` : "";
    this.#write(`${doing}${share}`);
  };

  [Symbol.dispose](): void {
    this.#write("");
  }

  #write(text: string): void {
    if (this.#terminal.isTerminal) this.#terminal.err(`\r\x1b[K${text}`);
  }
}
