import type { Grey } from "../raster/bitmap.ts";
import type { Ink } from "./ink.ts";
import type { Page } from "./page.ts";

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

/**
 * A page with smooth edges, `scale` times as large: what an engine reads best was trained on scans in shades. Made of the
 * page's image, black and white as it came, in one step: made smooth, square and level together, shades going over into each
 * other between its pixels.
 */
export function smooth({ ink: page, image, origin: { across, down } }: Page, scale: number): Grey {
  const soft = softened(image, spreadOf(across), spreadOf(down));
  const width = Math.round(page.width * scale);
  const height = Math.round(page.height * scale);
  const pixels = new Uint8Array(width * height).fill(255);
  const [endX, endY] = [soft.width - 1, soft.height - 1];
  const { shades, full } = soft;
  for (let y = 0, at = 0; y < height; y++) {
    const [pageX, pageY] = [0.5 / scale, (y + 0.5) / scale];
    let fromX = pageX * across[0] + pageY * across[1] + across[2] + MARGIN - 0.5;
    let fromY = pageX * down[0] + pageY * down[1] + down[2] + MARGIN - 0.5;
    for (let x = 0; x < width; x++, at++, fromX += across[0] / scale, fromY += down[0] / scale) {
      if (fromX < 0 || fromY < 0 || fromX >= endX || fromY >= endY) continue;
      const [column, row] = [fromX | 0, fromY | 0];
      const from = row * soft.width + column;
      const right = fromX - column;
      const above = shades[from] * (1 - right) + shades[from + 1] * right;
      const below = shades[from + soft.width] * (1 - right) + shades[from + soft.width + 1] * right;
      const lower = fromY - row;
      pixels[at] = 255 - (above * (1 - lower) + below * lower) * 255 / full;
    }
  }
  return { width, height, pixels };
}

/** `weights`: how far on the image a pixel of the page takes us. */
function spreadOf([x, y]: readonly [number, number, number]): Spread {
  return Math.hypot(x, y) * LONG_MIN < 1 ? SPREAD_LONG : SPREAD;
}

/** Ink of each pixel and those around it, weighed, 0 to `full`; with a margin. */
function softened(image: Ink, across: Spread, down: Spread) {
  const width = image.width + 2 * MARGIN;
  const height = image.height + 2 * MARGIN;
  const wide = new Uint16Array(width * height);
  for (let y = 0; y < image.height; y++) {
    wide.set(image.ink.subarray(y * image.width, (y + 1) * image.width), (y + MARGIN) * width + MARGIN);
  }
  const sum = ([own, next, second]: Spread) => own + 2 * (next + second);
  return {
    width,
    height,
    // Its margin is white still, and stays so.
    shades: spread(spread(wide, new Uint16Array(wide.length), 1, across), wide, width, down),
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
