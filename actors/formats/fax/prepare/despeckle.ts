import type { Ink } from "./ink.ts";

/**
 * The same page without specks of one or two pixels, and without pinholes of one. A decimal point has four at least at
 * 200 dpi: whoever removes more loses money.
 */
export function despeckle({ width, height, ink }: Ink): Ink {
  const out = ink.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      if (ink[at] === 0) {
        if (ink[at - 1] + ink[at + 1] + ink[at - width] + ink[at + width] === 4) out[at] = 1;
        continue;
      }
      const near = neighbours(ink, at, width);
      if (near === 0) out[at] = 0;
      else if (near === 1 && isEndOfPair(ink, at, width, height)) out[at] = 0;
    }
  }
  return { width, height, ink: out };
}

function neighbours(ink: Uint8Array, at: number, width: number): number {
  return ink[at - width - 1] + ink[at - width] + ink[at - width + 1] + ink[at - 1] + ink[at + 1] +
    ink[at + width - 1] + ink[at + width] + ink[at + width + 1];
}

/** Its only neighbour has no other one either. */
function isEndOfPair(ink: Uint8Array, at: number, width: number, height: number): boolean {
  for (const step of [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]) {
    const other = at + step;
    if (ink[other] === 0) continue;
    const x = other % width;
    const isInside = other >= width && other < width * (height - 1) && x > 0 && x < width - 1;
    return isInside && neighbours(ink, other, width) === 1;
  }
  return false;
}
