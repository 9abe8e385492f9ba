import type { Ink } from "./ink.ts";

/**
 * The same page with pixels about as wide as they are high. Standard resolution has 98 lines an inch beside 204 pixels
 * (T.4 section 2): lines between are made so that slanted edges stay slanted. What has more lines than pixels loses some.
 * A difference of less than a quarter is left: letters may be a little narrow.
 */
export function squarePixels(page: Ink, xDpi: number, yDpi: number): Ink {
  if (!(xDpi > 0) || !(yDpi > 0)) return page;
  const times = Math.round(xDpi / yDpi);
  if (times >= 2) return withLinesBetween(page, times);
  const each = Math.round(yDpi / xDpi);
  return each >= 2 ? withLinesMerged(page, each) : page;
}

/** Every line `times` times; where it is twice, a pixel between is black where the lines above and below lean to it. */
function withLinesBetween({ width, height, ink }: Ink, times: number): Ink {
  const out = new Uint8Array(width * height * times);
  for (let y = 0; y < height; y++) {
    const above = y * width;
    for (let k = 0; k < times; k++) out.set(ink.subarray(above, above + width), (y * times + k) * width);
    if (times !== 2 || y + 1 === height) continue;
    const below = above + width;
    const to = (2 * y + 1) * width;
    for (let x = 0; x < width; x++) {
      const straight = ink[above + x] + ink[below + x];
      if (straight !== 1) continue;
      const left = x > 0 ? ink[above + x - 1] + ink[below + x - 1] : 0;
      const right = x + 1 < width ? ink[above + x + 1] + ink[below + x + 1] : 0;
      out[to + x] = left + right >= 2 ? 1 : 0;
    }
  }
  return { width, height: height * times, ink: out };
}

/** One line of every `each`; black where any of them is, so that no thin stroke is lost. */
function withLinesMerged({ width, height, ink }: Ink, each: number): Ink {
  const lines = Math.ceil(height / each);
  const out = new Uint8Array(width * lines);
  for (let y = 0; y < height; y++) {
    const from = y * width;
    const to = Math.floor(y / each) * width;
    for (let x = 0; x < width; x++) out[to + x] |= ink[from + x];
  }
  return { width, height: lines, ink: out };
}
