import { strideOf } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import type { Bitmap } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import { TAG } from "../../../../../actors/formats/fax/raster/tiff/directory.ts";

/** A page to be written: its pieces, and its tags by number; `undefined` leaves one out. */
export interface WrittenPage {
  /** Strips or tiles, packed. */
  readonly pieces: readonly Uint8Array[];
  /** Whole numbers are written as long, others as rational. */
  readonly tags: Readonly<Record<number, number | readonly number[] | undefined>>;
}

/** Tags of a bitmap in one strip. */
export function tagsOf(bitmap: Bitmap, compression: number): WrittenPage["tags"] {
  return {
    [TAG.imageWidth]: bitmap.width,
    [TAG.imageLength]: bitmap.height,
    [TAG.bitsPerSample]: 1,
    [TAG.compression]: compression,
    [TAG.photometric]: 0,
    [TAG.samplesPerPixel]: 1,
    [TAG.rowsPerStrip]: bitmap.height,
    [TAG.xResolution]: 204.5,
    [TAG.yResolution]: 196.5,
  };
}

/** A TIFF: pieces first, as most writers have them. `next`: where the last directory says that another is. */
export function writeTiff(
  pages: readonly WrittenPage[],
  { isLittle = true, next = undefined as number | undefined } = {},
): Uint8Array {
  const bytes: number[] = [];
  const put = (value: number, size: number) => {
    for (let at = 0; at < size; at++) bytes.push(value / 2 ** (8 * (isLittle ? at : size - 1 - at)) & 0xff);
  };
  const patch = (at: number, value: number) => {
    for (let k = 0; k < 4; k++) bytes[at + k] = value / 2 ** (8 * (isLittle ? k : 3 - k)) & 0xff;
  };
  bytes.push(...(isLittle ? [0x49, 0x49] : [0x4d, 0x4d]));
  put(42, 2);
  put(0, 4);
  let link = 4;
  for (const { pieces, tags } of pages) {
    const offsets = pieces.map((piece) => {
      const at = bytes.length;
      for (const byte of piece) bytes.push(byte);
      return at;
    });
    const isTiled = TAG.tileWidth in tags;
    const all: WrittenPage["tags"] = {
      [isTiled ? TAG.tileOffsets : TAG.stripOffsets]: offsets,
      [isTiled ? TAG.tileByteCounts : TAG.stripByteCounts]: pieces.map(({ length }) => length),
      ...tags,
    };
    const entries = Object.entries(all).flatMap(([tag, values]) =>
      values === undefined ? [] : [{ tag: Number(tag), values: [values].flat() as number[] }]
    );
    if (bytes.length % 2 === 1) bytes.push(0);
    patch(link, bytes.length);
    put(entries.length, 2);
    // Values that an entry has no room for stand behind the directory.
    let behind = bytes.length + entries.length * 12 + 4;
    const wide = entries.map(({ tag, values }) => {
      const isRational = values.some((value) => !Number.isInteger(value));
      const isBehind = isRational || values.length > 1;
      put(tag, 2);
      put(isRational ? 5 : 4, 2);
      put(values.length, 4);
      put(isBehind ? behind : values[0], 4);
      if (!isBehind) return [];
      behind += values.length * (isRational ? 8 : 4);
      return isRational ? values.flatMap((value) => [value * 100, 100]) : values;
    });
    link = bytes.length;
    put(0, 4);
    for (const value of wide.flat()) put(value, 4);
  }
  if (next !== undefined) patch(link, next);
  return Uint8Array.from(bytes);
}

/** A TIFF of one page with its directory first, as a writer has it that sends as it goes. */
export function writeTiffAhead({ pieces, tags }: WrittenPage): Uint8Array {
  const isTiled = TAG.tileWidth in tags;
  const directory = (start: number) => {
    let next = start;
    const offsets = pieces.map(({ length }) => (next += length) - length);
    return writeTiff([{
      pieces: [],
      tags: {
        ...tags,
        [isTiled ? TAG.tileOffsets : TAG.stripOffsets]: offsets,
        [isTiled ? TAG.tileByteCounts : TAG.stripByteCounts]: pieces.map(({ length }) => length),
      },
    }]);
  };
  return new Uint8Array([...directory(directory(0).length), ...pieces.flatMap((piece) => [...piece])]);
}

/** Where the first directory of a TIFF in Intel's order begins. */
export function firstDirectory(tiff: Uint8Array): number {
  return new DataView(tiff.buffer).getUint32(4, true);
}

/** Codes of LZW, of nine bits each. */
export function lzwCodes(codes: readonly number[]): Uint8Array {
  const bits = codes.map((code) => code.toString(2).padStart(9, "0")).join("");
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => parseInt(byte.padEnd(8, "0"), 2));
}

/** A bitmap with words in it: what a test compares pixel by pixel. */
export function drawn(width: number, height: number, isBlack: (x: number, y: number) => boolean): Bitmap {
  const stride = strideOf(width), bits = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (isBlack(x, y)) bits[y * stride + (x >> 3)] |= 0x80 >> (x & 7);
  }
  return { width, height, stride, bits };
}

/** A page that looks a little like writing: strokes of different lengths, and lines without any. */
export function likeWriting(width: number, height: number, seed = 1): Bitmap {
  return drawn(width, height, (x, y) => {
    const line = Math.floor(y / 12), inLine = y % 12;
    const stroke = Math.floor((x + (inLine >> 1)) / (3 + (line * seed) % 5));
    return inLine < 9 && line % 4 !== 3 && (Math.imul(stroke * 31 + line * 17 + seed, 2654435761) >>> 28) < 5;
  });
}

/** Some of a bitmap's rows. */
export function rowsOf({ width, stride, bits }: Bitmap, from: number, to: number): Bitmap {
  return { width, height: to - from, stride, bits: bits.slice(from * stride, to * stride) };
}

/** Rows of a bitmap in strips of so many rows. */
export function stripsOf(bitmap: Bitmap, rows: number): Bitmap[] {
  return Array.from(
    { length: Math.ceil(bitmap.height / rows) },
    (_, at) => rowsOf(bitmap, at * rows, Math.min(bitmap.height, (at + 1) * rows)),
  );
}

/** White becomes black: what is written where 0 is black. */
export function negative(bitmap: Bitmap): Bitmap {
  return drawn(
    bitmap.width,
    bitmap.height,
    (x, y) => (bitmap.bits[y * bitmap.stride + (x >> 3)] >> (7 - (x & 7)) & 1) === 0,
  );
}
