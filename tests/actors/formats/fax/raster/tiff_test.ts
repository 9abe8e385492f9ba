import { assertEquals } from "@std/assert";
import { deflateSync } from "node:zlib";
import type { Bitmap } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import { reverseBits } from "../../../../../actors/formats/fax/raster/reverse_bits.ts";
import { TAG } from "../../../../../actors/formats/fax/raster/tiff/directory.ts";
import { openTiff } from "../../../../../actors/formats/fax/raster/tiff/open_tiff.ts";
import { encodeG3, encodeG4, encodeRle } from "./_ccitt_encoder.ts";
import {
  drawn,
  likeWriting,
  lzwCodes,
  negative,
  stripsOf,
  tagsOf,
  writeTiff,
  type WrittenPage,
} from "./_tiff_writer.ts";

const page = likeWriting(300, 100);

/** Where pixels are of 8 bits: black where the page is, a dark and a light grey, and white. */
const SHADES = [0x00, 0x7f, 0x80, 0xff];

function assertRead(tiff: Uint8Array, expected: Bitmap = page, number = 1) {
  const read = openTiff(tiff).read(number);
  assertEquals([read.bitmap.width, read.bitmap.height], [expected.width, expected.height]);
  assertEquals(read.bitmap.bits, expected.bits);
  return read;
}

function oneStrip(
  data: Uint8Array,
  compression: number,
  tags: WrittenPage["tags"] = {},
  bitmap = page,
): Uint8Array {
  return writeTiff([{ pieces: [data], tags: { ...tagsOf(bitmap, compression), ...tags } }]);
}

for (const isLittle of [true, false]) {
  for (const isLsbFirst of [false, true]) {
    for (const isZeroBlack of [false, true]) {
      const order = `${isLittle ? "Intel" : "Motorola"}, ${
        isLsbFirst ? "least" : "most"
      } significant bit first`;
      Deno.test(`strips are read: ${order}, 0 is ${isZeroBlack ? "black" : "white"}`, () => {
        const strips = stripsOf(isZeroBlack ? negative(page) : page, 37);
        for (
          const [compression, t4Options, encode] of [
            [1, 0, ({ bits }: Bitmap) => bits],
            [2, 0, encodeRle],
            [3, 0, encodeG3],
            [3, 1, (strip: Bitmap) => encodeG3(strip, { k: 4 })],
            [3, 5, (strip: Bitmap) => encodeG3(strip, { k: 4, hasFill: true })],
            [4, 0, encodeG4],
            [32771, 0, (strip: Bitmap) => encodeRle(strip, 16)],
            [32773, 0, packBits],
            [8, 0, ({ bits }: Bitmap) => deflateSync(bits)],
          ] as const
        ) {
          const pieces = strips.map((strip) => encode(strip))
            .map((data) => isLsbFirst ? reverseBits(data) : data);
          const tags = {
            ...tagsOf(page, compression),
            [TAG.rowsPerStrip]: 37,
            [TAG.fillOrder]: isLsbFirst ? 2 : 1,
            [TAG.photometric]: isZeroBlack ? 1 : 0,
            [TAG.t4Options]: t4Options,
          };
          const { xDpi, yDpi, damagedLines, isAsSaid } = assertRead(
            writeTiff([{ pieces, tags }], { isLittle }),
          );
          assertEquals([xDpi, yDpi, damagedLines, isAsSaid], [204.5, 196.5, 0, true]);
        }
      });
    }
  }
}

Deno.test("tiles are read, those that go beyond the page too", () => {
  const across = 2, down = 2, width = 160, height = 64;
  const pieces = Array.from({ length: across * down }, (_, at) => {
    const left = (at % across) * width, top = Math.floor(at / across) * height;
    return encodeG4(drawn(width, height, (x, y) => isBlack(page, left + x, top + y)));
  });
  const tags = {
    ...tagsOf(page, 4),
    [TAG.rowsPerStrip]: undefined,
    [TAG.tileWidth]: width,
    [TAG.tileLength]: height,
  };
  assertRead(writeTiff([{ pieces, tags }]));
});

Deno.test("pages are read in any order, each by itself; smaller copies and masks are no pages", () => {
  const pages = [1, 2, 3].map((seed) => likeWriting(200, 40, seed));
  const written = pages.map((each) => ({ pieces: [encodeG4(each)], tags: tagsOf(each, 4) }));
  const copy = { pieces: written[0].pieces, tags: { ...tagsOf(pages[0], 4), [TAG.newSubfileType]: 1 } };
  const tiff = writeTiff([written[0], copy, written[1], written[2]]);
  assertEquals(openTiff(tiff).layouts.length, 3);
  for (const number of [3, 1, 2]) assertRead(tiff, pages[number - 1], number);
});

Deno.test("a page is read where rows of a strip are not said, or wrong", () => {
  const pieces = stripsOf(page, 30).map((strip) => encodeG4(strip));
  const three = stripsOf(page, 30).map((strip) => encodeG3(strip));
  for (const rowsPerStrip of [undefined, 0, 1, 51, 4_294_967_295]) {
    const said = { [TAG.rowsPerStrip]: rowsPerStrip };
    assertRead(writeTiff([{ pieces, tags: { ...tagsOf(page, 4), ...said } }]));
    assertRead(writeTiff([{ pieces: three, tags: { ...tagsOf(page, 3), ...said } }]));
  }
  for (const rowsPerStrip of [undefined, 7, 4_294_967_295]) {
    assertRead(oneStrip(encodeG4(page), 4, { [TAG.rowsPerStrip]: rowsPerStrip }));
  }
});

Deno.test("a page is read where bytes of a strip are not said, or wrong", () => {
  const pieces = stripsOf(page, 30).map((strip) => encodeG4(strip));
  const tags = { ...tagsOf(page, 4), [TAG.rowsPerStrip]: 30 };
  for (const byteCounts of [undefined, [0, 0, 0, 0], [5, 5, 5, 5], [5], [900_000, 1, 0, 900_000]]) {
    assertRead(writeTiff([{ pieces, tags: { ...tags, [TAG.stripByteCounts]: byteCounts } }]));
  }
});

Deno.test("a page that a modem received ends where its last strip says so", () => {
  const tags = { [TAG.imageLength]: 130, [TAG.rowsPerStrip]: 130 };
  for (const data of [encodeG3(page, { hasRtc: true }), encodeG3(page, { hasRtc: true, hasFill: true })]) {
    const { isAsSaid, damagedLines } = assertRead(oneStrip(data, 3, tags));
    assertEquals([isAsSaid, damagedLines], [false, 0]);
  }
  assertRead(oneStrip(encodeG4(page), 4, tags));
});

Deno.test("LZW is read as its specification has it", () => {
  // TIFF 6.0 section 13, its own example: 7 7 7 8 8 7 7 6 6.
  const codes = [256, 7, 258, 8, 8, 258, 6, 6, 257];
  const data = lzwCodes(codes);
  const expected: Bitmap = { width: 8, height: 9, stride: 1, bits: Uint8Array.of(7, 7, 7, 8, 8, 7, 7, 6, 6) };
  assertRead(oneStrip(data, 5, {}, expected), expected);
});

Deno.test("grey and RGB of 8 bits become black where they are dark", () => {
  const dark = drawn(4, 1, (x) => x < 2);
  const whiteIsZero = SHADES.map((shade) => 0xff - shade);
  const rgb = SHADES.flatMap((shade) => [shade, shade, shade]);
  const rgba = SHADES.flatMap((shade) => [shade, shade, shade, 7]);
  for (
    const [samples, tags] of [
      [SHADES, { [TAG.photometric]: 1 }],
      [whiteIsZero, { [TAG.photometric]: 0 }],
      [rgb, { [TAG.photometric]: 2, [TAG.samplesPerPixel]: 3, [TAG.bitsPerSample]: [8, 8, 8] }],
      [rgba, { [TAG.photometric]: 2, [TAG.samplesPerPixel]: 4, [TAG.bitsPerSample]: [8, 8, 8, 8] }],
    ] as const
  ) {
    const more = { [TAG.bitsPerSample]: 8, ...tags };
    assertRead(oneStrip(Uint8Array.from(samples), 1, more, dark), dark);
    const step = samples.length / 4;
    const differences = samples.map((sample, at) => at < step ? sample : sample - samples[at - step] & 0xff);
    const packed = deflateSync(Uint8Array.from(differences));
    assertRead(oneStrip(packed, 8, { ...more, [TAG.predictor]: 2 }, dark), dark);
  }
});

Deno.test("a resolution that nobody sends faxes in is not believed", () => {
  const dpiOf = (tags: WrittenPage["tags"], bitmap = page) => {
    const { xDpi, yDpi } = openTiff(oneStrip(encodeG4(bitmap), 4, tags, bitmap)).read(1);
    return [Math.round(xDpi), Math.round(yDpi)];
  };
  const metric = { [TAG.xResolution]: 80.3, [TAG.yResolution]: 38.55, [TAG.resolutionUnit]: 3 };
  assertEquals(dpiOf(metric), [204, 98]);
  const none = { [TAG.xResolution]: undefined, [TAG.yResolution]: undefined };
  assertEquals(dpiOf(none), [204, 98]);
  assertEquals(dpiOf(none, likeWriting(300, 400)), [204, 196]);
  assertEquals(dpiOf({ [TAG.xResolution]: 1, [TAG.yResolution]: 1 }, likeWriting(300, 400)), [204, 196]);
});

function isBlack({ width, height, stride, bits }: Bitmap, x: number, y: number): boolean {
  return x < width && y < height && (bits[y * stride + (x >> 3)] >> (7 - (x & 7)) & 1) === 1;
}

/** Repeats where three bytes are the same, literal bytes elsewhere. */
function packBits({ bits }: Bitmap): Uint8Array {
  const packed: number[] = [];
  for (let at = 0; at < bits.length;) {
    let same = 1;
    while (same < 128 && bits[at + same] === bits[at]) same++;
    if (same > 2) packed.push(257 - same, bits[at]);
    else packed.push(same - 1, ...bits.subarray(at, at + same));
    at += same;
  }
  // No operation: some writers end with one.
  return Uint8Array.from([...packed, 128]);
}
