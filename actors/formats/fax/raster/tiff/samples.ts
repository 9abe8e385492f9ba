import type { PageLayout } from "./layout.ts";

/** As dark as this, and a pixel is black. */
const DARK_BELOW = 128;

/**
 * Blackens what is dark: rows of grey or RGB samples of 8 bits to rows of bits, from row `row` on.
 * Shapes: `samples` rows × width × samples of a pixel; `bits` rows × stride.
 */
export function thresholdSamples(
  samples: Uint8Array,
  rows: number,
  width: number,
  layout: PageLayout,
  target: { readonly bits: Uint8Array; readonly stride: number; readonly row: number },
): void {
  const step = layout.samples, isRgb = step >= 3, flip = layout.isZeroBlack ? 0 : 0xff;
  if (layout.isDifference) addDifferences(samples, rows, width * step, step);
  for (let y = 0, at = 0; y < rows; y++) {
    const row = (target.row + y) * target.stride;
    for (let x = 0; x < width; x++, at += step) {
      // Luma of ITU-R BT.601, in 256ths.
      const grey = isRgb
        ? (77 * samples[at] + 150 * samples[at + 1] + 29 * samples[at + 2]) >> 8
        : samples[at];
      if ((grey ^ flip) < DARK_BELOW) target.bits[row + (x >> 3)] |= 0x80 >> (x & 7);
    }
  }
}

/** Undoes TIFF's predictor 2 (TIFF 6.0 section 14). */
function addDifferences(samples: Uint8Array, rows: number, rowBytes: number, step: number): void {
  for (let y = 0; y < rows; y++) {
    for (let at = y * rowBytes + step; at < (y + 1) * rowBytes; at++) samples[at] += samples[at - step];
  }
}
