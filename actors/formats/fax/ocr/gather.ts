import type { Box } from "../../../../runtime/contract/document.ts";
import { type Point, type Scale, type Shades, whiteGrey } from "../prepare/grey.ts";
import type { Grey } from "../raster/bitmap.ts";
import { release } from "../prepare/ink.ts";
import type { OcrEngine } from "./engines/engine.ts";
import type { Piece } from "./pieces.ts";
import type { Word } from "./words.ts";

/** In pixels of the page: length of a line of what is gathered, */
const LINE_WIDE = 1060;
/** and of a piece, white around it that is drawn along. */
const MARGIN = 3;
/** In heights of a line's letters: white between two pieces, */
const BETWEEN = 1;
/** and from a line's upper edge to what its letters stand on, and from there to its lower edge. */
const UP = 1.9, DOWN = 0.9;
/** A piece with letters so much higher or lower than those of a line begins another. */
const HIGHER = 1.35, LOWER = 1 / 1.6;
/** What is gathered is no higher than this, in heights of the page: more is noise, and costs memory and time. */
const PAGES_MOST = 4;

/** Pieces of a page, one beside the other as words of a text are, and where what is read of them stands on the page. */
export interface Gathered {
  readonly picture: Grey;
  placed(words: readonly Word[]): Word[];
}

/** In pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** A place of the page, and where on the picture it was drawn. */
interface Drawn {
  readonly from: Box;
  readonly to: Point;
}

/** A piece where it stands in lines; in pixels of the page, from the left upper corner of the picture. */
interface Laid {
  readonly from: Box;
  readonly x: number;
  readonly y: number;
}

/** What an engine reads of pieces of a page when they are gathered. */
export async function readGathered(
  shades: Shades,
  pieces: readonly Piece[],
  scale: Scale,
  engine: OcrEngine,
): Promise<Word[]> {
  if (pieces.length === 0) return [];
  const { picture, placed } = gather(shades, pieces, scale);
  const { words } = await engine.read(picture, "gathered");
  release(picture.pixels);
  return placed(words);
}

/**
 * Puts pieces of a page together as a text: an engine reads them as surely as on the page, or more so, and spends no time on
 * what is white, or does not have to be read. `pieces`: line by line.
 */
export function gather(shades: Shades, pieces: readonly Piece[], scale: Scale): Gathered {
  const { laid, width, height } = layOut(pieces, shades);
  const picture = whiteGrey(Math.round(width * scale.across), Math.round(height * scale.down));
  const drawn = laid.map(({ from, x, y }): Drawn => ({
    from,
    to: { x: Math.round(x * scale.across), y: Math.round(y * scale.down) },
  }));
  for (const { from, to } of drawn) shades.draw(from, scale, picture, to);
  return { picture, placed: (words) => words.flatMap((word) => placed(word, drawn, scale) ?? []) };
}

function layOut(
  pieces: readonly Piece[],
  page: Size,
): { laid: readonly Laid[]; width: number; height: number } {
  const laid: Laid[] = [];
  let x = 0, base = 0, size = 0, widest = LINE_WIDE;
  const nextLine = (high: number) => {
    const bottom = size === 0 ? 0 : base + DOWN * size;
    [size, base, x] = [high, bottom + UP * high, BETWEEN * high];
  };
  for (const { box, baseline, size: high } of pieces) {
    const from = widened(box, page), wide = from.x1 - from.x0;
    if (size === 0 || high > size * HIGHER || high < size * LOWER) nextLine(high);
    else if (x > BETWEEN * size && x + wide > LINE_WIDE) nextLine(size);
    if (base > PAGES_MOST * page.height) break;
    laid.push({ from, x, y: base - baseline + from.y0 });
    x += wide - 2 * MARGIN + BETWEEN * size;
    widest = Math.max(widest, x);
  }
  return { laid, width: widest, height: Math.min(base + DOWN * size, PAGES_MOST * page.height) };
}

/** The word on the page; undefined where it is not within one piece. */
function placed(word: Word, drawn: readonly Drawn[], { across, down }: Scale): Word | undefined {
  const { box } = word, middle = { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 };
  const piece = drawn.find(({ from, to }) =>
    middle.x >= to.x && middle.x < to.x + (from.x1 - from.x0) * across &&
    middle.y >= to.y && middle.y < to.y + (from.y1 - from.y0) * down
  );
  if (!piece) return undefined;
  const { from, to } = piece;
  return {
    ...word,
    box: {
      x0: Math.max(from.x0, Math.floor((box.x0 - to.x) / across) + from.x0),
      x1: Math.min(from.x1, Math.ceil((box.x1 - to.x) / across) + from.x0),
      y0: Math.max(from.y0, Math.floor((box.y0 - to.y) / down) + from.y0),
      y1: Math.min(from.y1, Math.ceil((box.y1 - to.y) / down) + from.y0),
    },
  };
}

const widened = ({ x0, y0, x1, y1 }: Box, { width, height }: Size): Box => ({
  x0: Math.max(0, x0 - MARGIN),
  y0: Math.max(0, y0 - MARGIN),
  x1: Math.min(width, x1 + MARGIN),
  y1: Math.min(height, y1 + MARGIN),
});
