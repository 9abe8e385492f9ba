import type { Box } from "../../../../runtime/contract/document.ts";
import type { Grey } from "../raster/bitmap.ts";
import { type Ink, release } from "./ink.ts";
import type { Origin, Page } from "./page.ts";

/** What a pixel counts for itself, for one beside it, and for one behind that. */
type Spread = readonly [own: number, next: number, second: number];

/** Blurs what was cut off hard: about a Gaussian of one pixel. */
const SPREAD: Spread = [10, 6, 1];
/** The same where a pixel is twice as long. */
const SPREAD_LONG: Spread = [4, 1, 0];
/** Longer than this, by pixels of the page, a pixel is a long one. */
const LONG_MIN = 1.5;
/** White around the image, so that nothing is beyond an edge. */
const MARGIN = 3;

/** By how much pixels of a page become smaller ones, across and down. */
export interface Scale {
  readonly across: number;
  readonly down: number;
}

/** A pixel for a pixel. */
const AS_IT_IS: Scale = { across: 1, down: 1 };

/** A place on a picture, in pixels from the left upper corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A page with smooth edges, `scale` times as large: what an engine reads best was trained on scans in shades. Made of the
 * page's image, black and white as it came, in one step: made smooth, square and level together, shades going over into each
 * other between its pixels.
 */
export function smooth(page: Page, scale: Scale = AS_IT_IS): Grey {
  const { width, height } = page.ink;
  const picture = whiteGrey(Math.round(width * scale.across), Math.round(height * scale.down));
  using shades = new Shades(page);
  shades.draw({ x0: 0, y0: 0, x1: width, y1: height }, scale, picture, { x: 0, y: 0 });
  return picture;
}

/** A picture on which nothing stands. */
export function whiteGrey(width: number, height: number): Grey {
  return { width, height, pixels: new Uint8Array(width * height).fill(255) };
}

/** The image of a page made smooth, of which parts can be drawn. MUST be disposed: it is large. */
export class Shades implements Disposable {
  /** Pixels of the page. */
  readonly width: number;
  /** Pixels of the page. */
  readonly height: number;
  readonly #soft: Soft;
  readonly #origin: Origin;

  constructor({ ink: { width, height }, image, origin }: Page) {
    this.width = width;
    this.height = height;
    this.#soft = softened(image, spreadOf(origin.across), spreadOf(origin.down));
    this.#origin = origin;
  }

  /** Draws what stands in a place of the page, so many times as large; what does not fit on the picture is left out. */
  draw({ x0, y0, x1, y1 }: Box, scale: Scale, picture: Grey, to: Point): void {
    const { across, down } = this.#origin;
    const width = Math.min(Math.round((x1 - x0) * scale.across), picture.width - to.x);
    const height = Math.min(Math.round((y1 - y0) * scale.down), picture.height - to.y);
    const [stepX, stepY] = [across[0] / scale.across, down[0] / scale.across];
    const shift = MARGIN - 0.5;
    for (let y = Math.max(0, -to.y); y < height; y++) {
      const [pageX, pageY] = [x0 + 0.5 / scale.across, y0 + (y + 0.5) / scale.down];
      const fromX = pageX * across[0] + pageY * across[1] + across[2] + shift;
      const fromY = pageX * down[0] + pageY * down[1] + down[2] + shift;
      const at = (to.y + y) * picture.width + to.x;
      shadeRow(this.#soft, fromX, fromY, stepX, stepY, picture.pixels.subarray(at, at + width));
    }
  }

  [Symbol.dispose](): void {
    release(this.#soft.shades);
  }
}

/** Shades of a row of points, the first at `x` and `y`, each so many pixels from the one before. */
function shadeRow(
  { width, height, shades, full }: Soft,
  x: number,
  y: number,
  stepX: number,
  stepY: number,
  out: Uint8Array,
): void {
  const [endX, endY, most] = [width - 1, height - 1, 255 / full];
  for (let at = 0; at < out.length; at++, x += stepX, y += stepY) {
    if (x < 0 || y < 0 || x >= endX || y >= endY) continue;
    const column = Math.floor(x);
    const row = Math.floor(y);
    const from = row * width + column;
    const right = x - column;
    const above = shades[from] + (shades[from + 1] - shades[from]) * right;
    const below = shades[from + width] + (shades[from + width + 1] - shades[from + width]) * right;
    out[at] = 255 - (above + (below - above) * (y - row)) * most;
  }
}

/** `weights`: how far on the image a pixel of the page takes us. */
function spreadOf([x, y]: readonly [number, number, number]): Spread {
  return Math.hypot(x, y) * LONG_MIN < 1 ? SPREAD_LONG : SPREAD;
}

/** An image in shades, 0 to `full`, with a margin. */
interface Soft {
  readonly width: number;
  readonly height: number;
  readonly shades: Uint16Array;
  readonly full: number;
}

/** Ink of each pixel and those around it, weighed. */
function softened(image: Ink, across: Spread, down: Spread): Soft {
  const width = image.width + 2 * MARGIN;
  const height = image.height + 2 * MARGIN;
  const wide = new Uint16Array(width * height);
  for (let y = 0; y < image.height; y++) {
    wide.set(image.ink.subarray(y * image.width, (y + 1) * image.width), (y + MARGIN) * width + MARGIN);
  }
  const sum = ([own, next, second]: Spread) => own + 2 * (next + second);
  const half = spread(wide, new Uint16Array(wide.length), 1, across);
  // Its margin is white still, and stays so.
  const shades = spread(half, wide, width, down);
  release(half);
  return {
    width,
    height,
    shades,
    full: sum(across) * sum(down),
  };
}

/** Into `out`, but for both ends. */
function spread(
  values: Uint16Array,
  out: Uint16Array,
  step: number,
  [own, next, second]: Spread,
): Uint16Array {
  for (let at = 2 * step; at < values.length - 2 * step; at++) {
    out[at] = own * values[at] + next * (values[at - step] + values[at + step]) +
      second * (values[at - 2 * step] + values[at + 2 * step]);
  }
  return out;
}
