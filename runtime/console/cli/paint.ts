/** Colours for people. Each gives its text back unchanged where colours are not wanted. */
export interface Paint {
  bold(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

const wrap = (on: number, off: number) => (text: string) => `\x1b[${on}m${text}\x1b[${off}m`;
const same = (text: string) => text;

const coloured: Paint = {
  bold: wrap(1, 22),
  faint: wrap(2, 22),
  good: wrap(32, 39),
  warn: wrap(33, 39),
  bad: wrap(31, 39),
};

const bare: Paint = { bold: same, faint: same, good: same, warn: same, bad: same };

/** The colours of a terminal. */
export function paintFor(terminal: { readonly colour: boolean }): Paint {
  return terminal.colour ? coloured : bare;
}
