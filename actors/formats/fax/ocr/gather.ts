import type { Box } from "../../../../runtime/contract/document.ts";
import type { Grey } from "../raster/bitmap.ts";
import type { Word } from "./words.ts";

/** Pixels of a line of what is gathered, and white around each piece and between two, in heights of a word. */
const LINE_WIDTH = 1600;
const MARGIN = 0.2;
const BETWEEN = 1.2;
const LINE_HEIGHT = 2.2;

/** A piece of a page where it stands in a picture of pieces. */
interface Piece {
  readonly from: Box;
  readonly x: number;
  readonly y: number;
}

/** Pieces of a page, one beside the other as words of a text are, and where their words stand on the page. */
export interface Gathered {
  readonly picture: Grey;
  placed(words: readonly Word[]): Word[];
}

/** Puts together what stands in some places of a picture; `unit`: the height of a word. All in pixels of the picture. */
export function gather(picture: Grey, places: readonly Box[], unit: number): Gathered {
  const margin = Math.round(unit * MARGIN), between = Math.round(unit * BETWEEN);
  const high = Math.round(unit * LINE_HEIGHT);
  const pieces: Piece[] = [];
  let x = between, y = 0, widest = LINE_WIDTH;
  for (const place of places) {
    const from = widened(place, margin, picture), width = from.x1 - from.x0;
    if (x > between && x + width + between > LINE_WIDTH) {
      x = between;
      y += high;
    }
    pieces.push({ from, x, y: y + Math.max(0, Math.round((high - (from.y1 - from.y0)) / 2)) });
    x += width + between;
    widest = Math.max(widest, x);
  }
  const out = { width: widest, height: y + high, pixels: new Uint8Array(widest * (y + high)).fill(255) };
  for (const { from, x, y } of pieces) {
    for (let row = from.y0; row < Math.min(from.y1, from.y0 + out.height - y); row++) {
      const line = picture.pixels.subarray(row * picture.width + from.x0, row * picture.width + from.x1);
      out.pixels.set(line, (y + row - from.y0) * out.width + x);
    }
  }
  return { picture: out, placed: (words) => words.flatMap((word) => placed(word, pieces) ?? []) };
}

/** The word on the page; undefined where it is not within one piece. */
function placed(word: Word, pieces: readonly Piece[]): Word | undefined {
  const { box } = word, middle = { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 };
  const piece = pieces.find(({ from, x, y }) =>
    middle.x >= x && middle.x < x + from.x1 - from.x0 && middle.y >= y && middle.y < y + from.y1 - from.y0
  );
  if (!piece) return undefined;
  const { from, x, y } = piece;
  return {
    ...word,
    box: {
      x0: Math.max(from.x0, box.x0 - x + from.x0),
      x1: Math.min(from.x1, box.x1 - x + from.x0),
      y0: Math.max(from.y0, box.y0 - y + from.y0),
      y1: Math.min(from.y1, box.y1 - y + from.y0),
    },
  };
}

const widened = ({ x0, y0, x1, y1 }: Box, by: number, { width, height }: Grey): Box => ({
  x0: Math.max(0, x0 - by),
  y0: Math.max(0, y0 - by),
  x1: Math.min(width, x1 + by),
  y1: Math.min(height, y1 + by),
});
