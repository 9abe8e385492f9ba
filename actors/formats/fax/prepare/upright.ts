import type { Ink } from "./ink.ts";
import { type Page, rowsOf } from "./page.ts";
import { turn } from "./rotate.ts";
import { type Skew, skewOf } from "./skew.ts";

/** By how much a page has to look more like lines of text when it is turned, to be taken to lie on its side. */
const SIDEWAYS_MIN = 2;
/** Less than this share of what stands out of the lines of text stands out above them: somebody has to look closer. */
const ABOVE_MIN = 0.52;
/** Ink that has to stand out for anybody to say. */
const VOTES_MIN = 400;
/** Rows of a line of text: lower ones are rules, higher ones pictures. */
const LINE_HEIGHT = { least: 12, most: 60 };
/** Share of the fullest rows that a row between lines does not have. */
const FLOOR = 0.08;
/** The middle of a line has at least this share of the ink of its fullest row. */
const MIDDLE = 0.5;

/** By how many quarters to turn a page so that its lines of text go across, though perhaps upside down, and how they lie. */
export function onItsSide(page: Ink): { readonly quarters: 0 | 1; readonly skew: Skew } {
  const skew = skewOf(page);
  const turned = skewOf(turn(page, 1));
  return turned.sharpness > SIDEWAYS_MIN * skew.sharpness
    ? { quarters: 1, skew: turned }
    : { quarters: 0, skew };
}

/**
 * Whether a page may stand on its head. More letters have something above the small ones (b, d, h, capitals, digits) than
 * below (g, p, q), but noise has both: only reading tells. Lines MUST be level.
 */
export function mayStandOnHead({ width, height, ink }: Ink): boolean {
  const profile = new Int32Array(height);
  for (let y = 0; y < height; y++) profile[y] = changesIn(ink, y * width, (y + 1) * width);
  const { above, below } = standingOut(profile);
  return above + below >= VOTES_MIN && above < ABOVE_MIN * (above + below);
}

/** The part of a page, of so many rows at most, that has the most on it. */
export function fullestRows(page: Page, rows: number): Page {
  const { width, height, ink } = page.ink;
  if (height <= rows) return page;
  let changes = 0;
  let best = { top: 0, changes: 0 };
  for (let y = 0; y < height; y++) {
    changes += changesIn(ink, y * width, (y + 1) * width);
    if (y >= rows) changes -= changesIn(ink, (y - rows) * width, (y - rows + 1) * width);
    if (y >= rows - 1 && changes > best.changes) best = { top: y - rows + 1, changes };
  }
  return rowsOf(page, best.top, rows);
}

/** How often a row goes from white to black and back. */
function changesIn(ink: Uint8Array, from: number, to: number): number {
  let changes = 0;
  for (let at = from + 1; at < to; at++) changes += ink[at - 1] ^ ink[at];
  return changes;
}

/** Ink above and below the middles of the lines of text, where most of their letters have most of theirs. */
function standingOut(profile: Int32Array): { above: number; below: number } {
  let above = 0;
  let below = 0;
  for (const [from, to] of linesOf(profile)) {
    const middle = MIDDLE * Math.max(...profile.subarray(from, to));
    let top = from;
    while (profile[top] < middle) top++;
    let bottom = to - 1;
    while (profile[bottom] < middle) bottom--;
    for (let y = from; y < top; y++) above += profile[y];
    for (let y = bottom + 1; y < to; y++) below += profile[y];
  }
  return { above, below };
}

/** From where to where rows have ink, line by line. */
function* linesOf(profile: Int32Array): Iterable<readonly [from: number, to: number]> {
  const full = profile.toSorted()[Math.floor(profile.length * 0.95)];
  const floor = Math.max(2, full * FLOOR);
  let start = -1;
  for (let y = 0; y <= profile.length; y++) {
    const isInk = y < profile.length && profile[y] > floor;
    if (isInk && start < 0) start = y;
    if (isInk || start < 0) continue;
    const height = y - start;
    if (height >= LINE_HEIGHT.least && height <= LINE_HEIGHT.most) yield [start, y];
    start = -1;
  }
}
