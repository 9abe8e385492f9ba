import type { Box } from "../../../../runtime/contract/document.ts";
import type { Ink } from "../prepare/ink.ts";
import { marksOf } from "../prepare/marks.ts";
import { union } from "../raster/box.ts";

/** A word or some that stand close together on a line, as far as their ink tells. In pixels of the page. */
export interface Piece {
  readonly box: Box;
  /** What its letters stand on, from above. */
  readonly baseline: number;
  /** Height of the larger ones among its letters. */
  readonly size: number;
}

/** Strokes of one letter touch, in a row. */
const GAP_STROKES = 1;
/** A page with more marks is a picture, or noise. */
const MARKS_MAX = 20_000;
/** A page with more pieces is so too. */
const PIECES_MAX = 2_000;

/** All in heights of a word. What is larger is more than letters, or a picture, */
const LETTER_MOST = { high: 2.5, wide: 15 };
/** what is lower is a point, a hyphen, or a speck; and what is wider as well is what is left of a rule. */
const LETTER_HIGH = 0.4, POINT_WIDE = 1.5;
/** A speck has fewer pixels around it than any point. */
const POINT_AREA = 4;

/** Words of one piece are not further apart, in heights of a letter beside the gap, or of a word if that is more. */
const GAP_WORDS = 0.9, GAP_LEAST = 0.8;
/** Letters of a line share half of the lower one's height; points reach above letters and below them by so much of a word's. */
const SHARED = 0.5, ABOVE = 0.25, BELOW = 0.35;
/** Marks at the end of a piece that tell its line. */
const TAIL = 3;
/** A piece that ends so many heights of a word to the left gets no more. */
const BEHIND = 3;

/** What is above or below letters by more, in their heights, is not of their line. */
const REACH = { up: 1.4, down: 0.5 };
/** Pieces stand on one line where their baselines differ by less from the next, in heights of a word. */
const SAME_LINE = 0.35;
/** So few letters may all have tails: they stand where the others of their line do, if that is within so much of their height. */
const LETTERS_FEW = 3, TAIL_LONG = 0.4;

/** Words and phrases of a page, line by line; none where it is all specks. `unit`: the usual height of a word. */
export function piecesOf(ink: Ink, unit: number): Piece[] {
  const all = marksOf(ink, GAP_STROKES);
  if (all.length > MARKS_MAX) return [];
  const pieces = joined(all.filter((mark) => isOfText(mark, unit)), unit)
    .flatMap((piece) => piece.end(unit) ?? []);
  return pieces.length > PIECES_MAX ? [] : inLines(pieces, unit);
}

const high = ({ y0, y1 }: Box) => y1 - y0;
const wide = ({ x0, x1 }: Box) => x1 - x0;
const isLetter = (mark: Box, unit: number) => high(mark) >= LETTER_HIGH * unit;

function isOfText(mark: Box, unit: number): boolean {
  if (high(mark) > LETTER_MOST.high * unit || wide(mark) > LETTER_MOST.wide * unit) return false;
  return isLetter(mark, unit) || high(mark) * wide(mark) >= POINT_AREA && wide(mark) < POINT_WIDE * unit;
}

/** A piece that may get more marks to its right. */
class OpenPiece {
  #box: Box;
  readonly #marks: Box[];

  constructor(mark: Box) {
    this.#box = mark;
    this.#marks = [mark];
  }

  get x1(): number {
    return this.#box.x1;
  }

  /** Pixels to the left of a mark, 0 where it is beside none; undefined where the mark is not of its line, or too far away. */
  gapTo(mark: Box, unit: number): number | undefined {
    const tail = this.#marks.slice(-TAIL), gap = mark.x0 - this.#box.x1;
    if (gap > Math.max(GAP_LEAST * unit, high(mark), ...tail.map(high)) * GAP_WORDS) return undefined;
    return tail.some((other) => isBeside(mark, other, unit)) ? Math.max(gap, 0) : undefined;
  }

  add(mark: Box): void {
    this.#box = union(this.#box, mark);
    this.#marks.push(mark);
  }

  /** What it has become, with the number of its letters; undefined where it has none. */
  end(unit: number): Counted | undefined {
    const letters = this.#marks.filter((mark) => isLetter(mark, unit));
    if (letters.length === 0) return undefined;
    const baseline = at(letters.map(({ y1 }) => y1), 0.5), size = at(letters.map(high), 0.8);
    const reach = Math.max(size, GAP_LEAST * unit);
    const box = {
      ...this.#box,
      y0: Math.max(this.#box.y0, Math.round(baseline - REACH.up * reach)),
      y1: Math.min(this.#box.y1, Math.round(baseline + REACH.down * reach)),
    };
    return { box, baseline, size, letters: letters.length };
  }
}

type Counted = Piece & { readonly letters: number };

function isBeside(a: Box, b: Box, unit: number): boolean {
  if (isLetter(a, unit) && isLetter(b, unit)) {
    return Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0) > SHARED * Math.min(high(a), high(b));
  }
  const [letter, point] = isLetter(a, unit) ? [a, b] : [b, a];
  return point.y0 >= letter.y0 - ABOVE * unit && point.y1 <= letter.y1 + BELOW * unit;
}

/** Marks from left to right, each put to the nearest piece that it continues. */
function joined(marks: readonly Box[], unit: number): readonly OpenPiece[] {
  const all: OpenPiece[] = [];
  let open: OpenPiece[] = [];
  for (const mark of marks.toSorted((a, b) => a.x0 - b.x0)) {
    open = open.filter(({ x1 }) => mark.x0 - x1 <= BEHIND * unit);
    let nearest: OpenPiece | undefined, least = Infinity;
    for (const piece of open) {
      const gap = piece.gapTo(mark, unit);
      if (gap !== undefined && gap < least) [nearest, least] = [piece, gap];
    }
    if (nearest) nearest.add(mark);
    else {
      const piece = new OpenPiece(mark);
      all.push(piece);
      open.push(piece);
    }
  }
  return all;
}

/** From above, and within a line from the left. */
function inLines(pieces: Counted[], unit: number): Piece[] {
  const lines: Counted[][] = [];
  let last = -Infinity;
  for (const piece of pieces.toSorted((a, b) => a.baseline - b.baseline)) {
    if (piece.baseline - last > SAME_LINE * unit) lines.push([]);
    last = piece.baseline;
    lines.at(-1)!.push(piece);
  }
  return lines.flatMap((line) => {
    const baseline = at(line.flatMap((piece) => Array<number>(piece.letters).fill(piece.baseline)), 0.5);
    return line.toSorted((a, b) => a.box.x0 - b.box.x0).map(({ letters, ...piece }) =>
      letters <= LETTERS_FEW && Math.abs(piece.baseline - baseline) < TAIL_LONG * piece.size
        ? { ...piece, baseline }
        : piece
    );
  });
}

/** The value below which that share of them is; they are some. */
const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];
