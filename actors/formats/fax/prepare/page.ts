import type { Box } from "../../../../runtime/contract/document.ts";
import type { Ink } from "./ink.ts";
import { type Quarters, straighten, turn } from "./rotate.ts";
import { withoutRules } from "./rules.ts";
import { squarePixels } from "./square.ts";

/**
 * A page as people want to see it, with the image that it came as. What is to be read is made of the image in one step:
 * each step that ends in black or white costs a little of every stroke.
 */
export interface Page {
  /** The page: upright, level, with square pixels, as far as it has been made so. */
  readonly ink: Ink;
  /** The image: its pixels need not be square, nor its lines level. */
  readonly image: Ink;
  /** Where on the image each point of the page is. */
  readonly origin: Origin;
}

/**
 * Where on an image a point of a page is, each in pixels from the left upper corner: `x * across[0] + y * across[1] +
 * across[2]` from the left, and the same of `down` from above.
 */
export interface Origin {
  readonly across: Weights;
  readonly down: Weights;
}

type Weights = readonly [x: number, y: number, zero: number];

/** An image as a page with square pixels. */
export function squarePage(image: Ink, xDpi: number, yDpi: number): Page {
  const ink = squarePixels(image, xDpi, yDpi);
  return { ink, image, origin: { across: [1, 0, 0], down: [0, image.height / ink.height, 0] } };
}

/** The same page, turned clockwise. */
export function turnPage(page: Page, quarters: Quarters): Page {
  const { ink: { width, height } } = page;
  const origins: readonly Origin[] = [
    { across: [1, 0, 0], down: [0, 1, 0] },
    { across: [0, 1, 0], down: [-1, 0, height] },
    { across: [-1, 0, width], down: [0, -1, height] },
    { across: [0, -1, width], down: [1, 0, 0] },
  ];
  return moved(page, turn(page.ink, quarters), origins[quarters]);
}

/** The same page with lines that fell by `degrees` to the right made level. */
export function straightenPage(page: Page, degrees: number): Page {
  const ink = straighten(page.ink, degrees);
  if (ink === page.ink) return page;
  const { width, height } = ink;
  const cos = Math.cos(degrees * Math.PI / 180);
  const sin = Math.sin(degrees * Math.PI / 180);
  return moved(page, ink, {
    across: [cos, -sin, (width - width * cos + height * sin) / 2],
    down: [sin, cos, (height - width * sin - height * cos) / 2],
  });
}

/** So many rows of a page, from one on. */
export function rowsOf(page: Page, top: number, rows: number): Page {
  const { width, ink } = page.ink;
  const part = { width, height: rows, ink: ink.subarray(top * width, (top + rows) * width) };
  return moved(page, part, { across: [1, 0, 0], down: [0, 1, top] });
}

/** The same page without rules, and its image without what they were made of. */
export function withoutRulesOf(page: Page): Page {
  const ink = withoutRules(page.ink);
  const image = page.image.ink.slice();
  const { width } = ink;
  for (let at = 0; at < ink.ink.length; at++) {
    if (page.ink.ink[at] !== ink.ink[at]) whiten(image, page, at % width + 0.5, Math.floor(at / width) + 0.5);
  }
  return { ...page, ink, image: { ...page.image, ink: image } };
}

/** Of a word's strokes, some go over the edge of its box. */
const OVER_EDGE = 2;

/** The same ink, with nothing left in some places. */
export function withoutPlaces({ width, height, ink }: Ink, places: readonly Box[]): Ink {
  const left = ink.slice();
  for (const { x0, y0, x1, y1 } of places) {
    const [from, to] = [Math.max(0, x0 - OVER_EDGE), Math.min(width, x1 + OVER_EDGE)];
    for (let y = Math.max(0, y0 - OVER_EDGE); y < Math.min(height, y1 + OVER_EDGE); y++) {
      left.fill(0, y * width + from, y * width + to);
    }
  }
  return { width, height, ink: left };
}

/** Takes the ink from the pixel of a page's image that is at a point of the page. */
function whiten(pixels: Uint8Array, { image, origin: { across, down } }: Page, x: number, y: number): void {
  const column = Math.floor(x * across[0] + y * across[1] + across[2]);
  const row = Math.floor(x * down[0] + y * down[1] + down[2]);
  if (column < 0 || row < 0 || column >= image.width || row >= image.height) return;
  pixels[row * image.width + column] = 0;
}

/** White around a word that stands alone: an engine wants some. */
const MARGIN = 4;

/** A page of nothing but what stands in some places of another, made of that as it is. */
export function onlyAt({ width, height, ink }: Ink, places: readonly Box[]): Page {
  const out = new Uint8Array(ink.length);
  for (const { x0, y0, x1, y1 } of places) {
    const from = Math.max(0, x0 - MARGIN);
    const to = Math.min(width, x1 + MARGIN);
    for (let y = Math.max(0, y0 - MARGIN); y < Math.min(height, y1 + MARGIN); y++) {
      out.set(ink.subarray(y * width + from, y * width + to), y * width + from);
    }
  }
  const page = { width, height, ink: out };
  return { ink: page, image: page, origin: { across: [1, 0, 0], down: [0, 1, 0] } };
}

/** `to`: where each point of the new page was on the old one. */
function moved({ image, origin }: Page, ink: Ink, to: Origin): Page {
  const through = ([x, y, zero]: Weights): Weights => [
    x * to.across[0] + y * to.down[0],
    x * to.across[1] + y * to.down[1],
    x * to.across[2] + y * to.down[2] + zero,
  ];
  return { ink, image, origin: { across: through(origin.across), down: through(origin.down) } };
}
