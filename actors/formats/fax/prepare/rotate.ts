import type { Ink } from "./ink.ts";

/** Less cannot be seen over the width of a page. */
const DEGREES_MIN = 0.08;
const ONE = 1 << 14;

/** The same page with lines that fell by `degrees` to the right made level. Corners that leave the page are lost. */
export function straighten(page: Ink, degrees: number): Ink {
  if (Math.abs(degrees) < DEGREES_MIN) return page;
  const { width, height, ink } = page;
  const out = new Uint8Array(width * height);
  const cos = Math.cos(degrees * Math.PI / 180);
  const sin = Math.sin(degrees * Math.PI / 180);
  const [stepX, stepY] = [Math.round(cos * ONE), Math.round(sin * ONE)];
  for (let y = 0, at = 0; y < height; y++) {
    let fromX = Math.round((width / 2 - width / 2 * cos - (y - height / 2) * sin) * ONE);
    let fromY = Math.round((height / 2 - width / 2 * sin + (y - height / 2) * cos) * ONE);
    for (let x = 0; x < width; x++, at++, fromX += stepX, fromY += stepY) {
      const column = fromX >> 14;
      const row = fromY >> 14;
      if (column < 0 || row < 0 || column >= width - 1 || row >= height - 1) continue;
      const from = row * width + column;
      const a = ink[from], b = ink[from + 1], c = ink[from + width], d = ink[from + width + 1];
      const sum = a + b + c + d;
      if (sum === 0) continue;
      if (sum === 4) {
        out[at] = 1;
        continue;
      }
      const right = fromX & (ONE - 1);
      const down = fromY & (ONE - 1);
      const share = (a * (ONE - right) + b * right) * (ONE - down) + (c * (ONE - right) + d * right) * down;
      if (share * 2 >= ONE * ONE) out[at] = 1;
    }
  }
  return { width, height, ink: out };
}

/** Quarters of a turn, clockwise. */
export type Quarters = 0 | 1 | 2 | 3;

/** The same page, turned clockwise. */
export function turn(page: Ink, quarters: Quarters): Ink {
  if (quarters === 0) return page;
  const { width, height, ink } = page;
  const out = new Uint8Array(ink.length);
  if (quarters === 2) {
    for (let at = 0, to = ink.length - 1; at < ink.length; at++, to--) out[to] = ink[at];
    return { width, height, ink: out };
  }
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (ink[at] !== 0) out[quarters === 1 ? x * height + height - 1 - y : (width - 1 - x) * height + y] = 1;
    }
  }
  return { width: height, height: width, ink: out };
}
