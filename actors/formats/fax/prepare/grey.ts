import type { Grey } from "../raster/bitmap.ts";
import type { Ink } from "./ink.ts";

/**
 * A black and white page as one with smooth edges, `scale` times as large: what an engine reads best was trained on
 * scans in shades. Each pixel counts half, its neighbours the rest (1-2-1 in both directions); in between, shades go over
 * into each other.
 */
export function smooth({ width, height, ink }: Ink, scale: number): Grey {
  const soft = softened(width, height, ink);
  const wide = Math.round(width * scale);
  const high = Math.round(height * scale);
  const pixels = new Uint8Array(wide * high);
  const columns = along(wide, width, scale);
  const rows = along(high, height, scale);
  const line = new Int32Array(width);
  for (let y = 0, at = 0; y < high; y++) {
    const from = rows.from[y] * width;
    const down = rows.share[y];
    for (let x = 0; x < width; x++) line[x] = soft[from + x] * (64 - down) + soft[from + width + x] * down;
    for (let x = 0; x < wide; x++, at++) {
      const column = columns.from[x];
      const right = columns.share[x];
      // 16 steps of ink, 64 of each share.
      const black = line[column] * (64 - right) + line[column + 1] * right;
      pixels[at] = 255 - (black * 255 >> 16);
    }
  }
  return { width: wide, height: high, pixels };
}

/** Ink of each pixel and its eight neighbours, weighed: 0 to 16. */
function softened(width: number, height: number, ink: Uint8Array): Uint8Array {
  const across = new Uint8Array(ink.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      across[at] = 2 * ink[at] + (x > 0 ? ink[at - 1] : 0) + (x + 1 < width ? ink[at + 1] : 0);
    }
  }
  const soft = new Uint8Array(ink.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      soft[at] = 2 * across[at] + (y > 0 ? across[at - width] : 0) +
        (y + 1 < height ? across[at + width] : 0);
    }
  }
  return soft;
}

/** For each pixel of the larger line: between which two of the smaller it is, and how near to the second, in 64ths. */
function along(many: number, few: number, scale: number) {
  const from = new Int32Array(many);
  const share = new Int32Array(many);
  for (let at = 0; at < many; at++) {
    const place = Math.min(Math.max((at + 0.5) / scale - 0.5, 0), few - 1);
    from[at] = Math.min(Math.floor(place), Math.max(few - 2, 0));
    share[at] = Math.round((place - from[at]) * 64);
  }
  return { from, share };
}
