import { type Bitmap, blankBitmap } from "../raster/bitmap.ts";

/** A page with a byte for each pixel, row by row, as fast steps want it: 1 is black, 0 is white. */
export interface Ink {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `width * height` bytes. */
  readonly ink: Uint8Array;
}

/** A byte for each bit. */
export function unpack({ width, height, stride, bits }: Bitmap): Ink {
  const ink = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++, at += width) {
    for (let x = 0, from = y * stride; x < width; x += 8, from++) {
      const byte = bits[from];
      if (byte === 0) continue;
      const end = Math.min(8, width - x);
      for (let bit = 0; bit < end; bit++) ink[at + x + bit] = byte >> (7 - bit) & 1;
    }
  }
  return { width, height, ink };
}

/** A bit for each byte. */
export function pack({ width, height, ink }: Ink): Bitmap {
  const bitmap = blankBitmap(width, height);
  const { bits, stride } = bitmap;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (ink[at] !== 0) bits[y * stride + (x >> 3)] |= 0x80 >> (x & 7);
    }
  }
  return bitmap;
}

/**
 * Gives the memory of a large array back at once; it is empty then. Left to the garbage collector, a thread would hold those
 * of several pages.
 */
export function release({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
