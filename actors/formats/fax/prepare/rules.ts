import type { Ink } from "./ink.ts";

/** In pixels at about 200 dpi: shorter runs may be letters. */
const LONG = { across: 150, down: 90 };
/** A rule may be broken by as many white pixels as this. */
const GAP = { across: 3, down: 4 };
/** And this share of it is black. */
const FULL = { across: 0.85, down: 0.8 };
/** What is thicker is a bar, or a letter that stands on the rule. */
const THICK = 8;
/** A rule that is not quite level is a stair of runs: pixels this near to one belong to it. */
const NEAR = 2;

/** The same page without rules of tables and streaks of the scanner; strokes that cross them stay. */
export function withoutRules({ width, height, ink }: Ink): Ink {
  const out = ink.slice();
  erase(ink, out, {
    lines: height,
    perLine: width,
    line: width,
    step: 1,
    long: LONG.across,
    gap: GAP.across,
    full: FULL.across,
  });
  erase(ink, out, {
    lines: width,
    perLine: height,
    line: 1,
    step: width,
    long: LONG.down,
    gap: GAP.down,
    full: FULL.down,
  });
  return { width, height, ink: out };
}

/** A page seen row by row, or column by column. */
interface Direction {
  readonly lines: number;
  readonly perLine: number;
  readonly line: number;
  readonly step: number;
  readonly long: number;
  readonly gap: number;
  readonly full: number;
}

function erase(ink: Uint8Array, out: Uint8Array, direction: Direction): void {
  const { lines, perLine, line, step, long, gap, full } = direction;
  for (let each = 0; each < lines; each++) {
    let start = -1;
    let last = -1;
    let black = 0;
    for (let k = 0, at = each * line; k <= perLine; k++, at += step) {
      if (k < perLine && ink[at] !== 0) {
        if (start < 0) start = k;
        last = k;
        black++;
      } else if (start >= 0 && (k === perLine || k - last > gap)) {
        const length = last - start + 1;
        if (length >= long && black >= full * length) eraseRun(ink, out, direction, each, start, last);
        start = -1;
        black = 0;
      }
    }
  }
}

/** Every pixel of a run, and near it, where the ink is thin across the run. */
function eraseRun(
  ink: Uint8Array,
  out: Uint8Array,
  direction: Direction,
  each: number,
  start: number,
  last: number,
) {
  const { lines, line, step } = direction;
  const from = Math.max(0, each - NEAR);
  const to = Math.min(lines - 1, each + NEAR);
  for (let k = start; k <= last; k++) {
    for (let other = from; other <= to; other++) {
      const at = other * line + k * step;
      if (ink[at] === 0 || out[at] === 0) continue;
      let thick = 1;
      for (let n = other - 1; n >= 0 && thick <= THICK && ink[n * line + k * step] !== 0; n--) thick++;
      for (let n = other + 1; n < lines && thick <= THICK && ink[n * line + k * step] !== 0; n++) thick++;
      if (thick <= THICK) out[at] = 0;
    }
  }
}
