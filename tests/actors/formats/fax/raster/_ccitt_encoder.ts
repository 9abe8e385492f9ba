import type { Bitmap } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import {
  BLACK_CODES,
  BLACK_MAKE_UP,
  LONG_MAKE_UP,
  MODE_CODES,
  WHITE_CODES,
  WHITE_MAKE_UP,
} from "../../../../../actors/formats/fax/raster/ccitt/codes.ts";

const EOL = "000000000001";

/** How lines of G3 are written. */
export interface G3Options {
  /** Lines from one that is told by itself to the next; 1: each is. */
  readonly k?: number;
  /** Zeros before each end-of-line code, so that it ends with a byte. */
  readonly hasFill?: boolean;
  /** Six end-of-line codes behind the last line. */
  readonly hasRtc?: boolean;
}

/** Rows of a bitmap as T.4 has them, an end-of-line code before each. */
export function encodeG3(
  bitmap: Bitmap,
  { k = 1, hasFill = false, hasRtc = false }: G3Options = {},
): Uint8Array {
  const bits = new BitWriter();
  const eol = (tag: string) => {
    if (hasFill) bits.put("0".repeat((16 - (bits.length + EOL.length) % 8) % 8));
    bits.put(EOL + (k > 1 ? tag : ""));
  };
  let above: readonly number[] = [];
  for (let y = 0; y < bitmap.height; y++) {
    const line = changesOf(bitmap, y), is1d = y % k === 0;
    eol(is1d ? "1" : "0");
    bits.put(is1d ? coded1d(line, bitmap.width) : coded2d(above, line, bitmap.width));
    above = line;
  }
  for (let left = hasRtc ? 6 : 0; left > 0; left--) eol("1");
  return bits.bytes();
}

/** Rows of a bitmap as T.6 has them. */
export function encodeG4(bitmap: Bitmap, hasEofb = true): Uint8Array {
  const bits = new BitWriter();
  let above: readonly number[] = [];
  for (let y = 0; y < bitmap.height; y++) {
    const line = changesOf(bitmap, y);
    bits.put(coded2d(above, line, bitmap.width));
    above = line;
  }
  if (hasEofb) bits.put(EOL + EOL);
  return bits.bytes();
}

/** Rows of a bitmap as TIFF 6.0 section 10 has them: each from a byte, or a word, on. */
export function encodeRle(bitmap: Bitmap, alignBits = 8): Uint8Array {
  const bits = new BitWriter();
  for (let y = 0; y < bitmap.height; y++) {
    bits.put(coded1d(changesOf(bitmap, y), bitmap.width));
    bits.put("0".repeat((alignBits - bits.length % alignBits) % alignBits));
  }
  return bits.bytes();
}

class BitWriter {
  length = 0;
  readonly #bytes: number[] = [];

  put(code: string): void {
    for (const bit of code) {
      if (this.length % 8 === 0) this.#bytes.push(0);
      if (bit === "1") this.#bytes[this.#bytes.length - 1] |= 0x80 >> this.length % 8;
      this.length++;
    }
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

function changesOf({ width, stride, bits }: Bitmap, y: number): number[] {
  const changes: number[] = [];
  for (let x = 0, last = 0; x < width; x++) {
    const pixel = bits[y * stride + (x >> 3)] >> (7 - (x & 7)) & 1;
    if (pixel !== last) changes.push(x);
    last = pixel;
  }
  return changes;
}

function run(length: number, isBlack: boolean): string {
  if (length >= 2_560 + 64) return LONG_MAKE_UP[12] + run(length - 2_560, isBlack);
  const short = isBlack ? BLACK_CODES : WHITE_CODES, makeUp = isBlack ? BLACK_MAKE_UP : WHITE_MAKE_UP;
  const long = Math.floor(length / 64);
  const begin = long === 0 ? "" : long <= 27 ? makeUp[long - 1] : LONG_MAKE_UP[long - 28];
  return begin + short[length % 64];
}

function coded1d(changes: readonly number[], width: number): string {
  let code = "", from = 0;
  [...changes, width].forEach((to, at) => {
    code += run(to - from, at % 2 === 1);
    from = to;
  });
  return code;
}

function coded2d(above: readonly number[], line: readonly number[], width: number): string {
  let code = "", a0 = -1, isBlack = false;
  while (a0 < width) {
    const a1 = line.find((x) => x > a0 || a0 < 0 && x === 0 && !isBlack) ?? width;
    const b = above.findIndex((x, at) => x > a0 && (at % 2 === 1) === isBlack);
    const b1 = b < 0 ? width : above[b], b2 = b < 0 ? width : above[b + 1] ?? width;
    if (b2 < a1) {
      code += MODE_CODES.pass;
      a0 = b2;
    } else if (Math.abs(a1 - b1) <= 3) {
      code += MODE_CODES.vertical[a1 - b1 + 3];
      a0 = a1;
      isBlack = !isBlack;
    } else {
      const a2 = line.find((x) => x > a1) ?? width;
      code += MODE_CODES.horizontal + run(a1 - Math.max(a0, 0), isBlack) + run(a2 - a1, !isBlack);
      a0 = a2;
    }
  }
  return code;
}
