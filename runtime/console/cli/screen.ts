import type { Terminal } from "../terminal.ts";

/** Control sequences of ECMA-48: clear all, the place at the top, clear the rest of a line, or of the screen. */
const CLEAR = "\x1b[2J", HOME = "\x1b[H", END_LINE = "\x1b[K", END_SCREEN = "\x1b[J";
/** DEC's private mode 7: long lines are cut instead of going on in the next. */
const CUT = "\x1b[?7l", WRAP = "\x1b[?7h";

/** A page that is drawn again and again in place, without a flicker. */
export class Screen {
  readonly #terminal: Terminal;
  #isDrawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Draws a page over the one before; what does not fit below is left out, since it would push the top away. */
  draw(page: string): void {
    const lines = page.trimEnd().split("\n").slice(0, this.#terminal.rows - 1);
    const begin = this.#isDrawn ? HOME : CLEAR + HOME;
    this.#isDrawn = true;
    const drawn = lines.map((line) => `${line}${END_LINE}\n`).join("");
    this.#terminal.out(begin + CUT + drawn + WRAP + END_SCREEN);
  }
}
