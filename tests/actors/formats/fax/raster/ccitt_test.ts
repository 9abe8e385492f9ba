import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Bitmap, blankBitmap, strideOf } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import { type CcittScheme, decodeCcitt } from "../../../../../actors/formats/fax/raster/ccitt/decode.ts";
import { encodeG3, encodeG4, encodeRle } from "./_ccitt_encoder.ts";
import { drawn, likeWriting, stripsOf } from "./_tiff_writer.ts";

const WAYS: readonly (readonly [name: string, CcittScheme, encode: (bitmap: Bitmap) => Uint8Array])[] = [
  ["G3 of one dimension", { kind: "g3", is2d: false }, (bitmap) => encodeG3(bitmap)],
  [
    "G3 of one dimension, filled",
    { kind: "g3", is2d: false },
    (bitmap) => encodeG3(bitmap, { hasFill: true }),
  ],
  ["G3 of two dimensions", { kind: "g3", is2d: true }, (bitmap) => encodeG3(bitmap, { k: 4 })],
  [
    "G3 of two dimensions, filled",
    { kind: "g3", is2d: true },
    (bitmap) => encodeG3(bitmap, { k: 2, hasFill: true }),
  ],
  ["G4", { kind: "g4" }, (bitmap) => encodeG4(bitmap)],
  ["G4 without an end", { kind: "g4" }, (bitmap) => encodeG4(bitmap, false)],
  ["RLE", { kind: "rle", alignBits: 8 }, (bitmap) => encodeRle(bitmap)],
  ["RLE in words", { kind: "rle", alignBits: 16 }, (bitmap) => encodeRle(bitmap, 16)],
];

/** Bitmaps of noise, and of runs as long as codes are. */
const bitmaps = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 12 })).chain(([width, height]) =>
    fc.uint8Array({ minLength: height * strideOf(width), maxLength: height * strideOf(width) }).map((noise) =>
      drawn(width, height, (x, y) => (noise[y * strideOf(width) + (x >> 3)] >> (7 - (x & 7)) & 1) === 1)
    )
  ),
  fc.tuple(
    fc.integer({ min: 1, max: 9_000 }),
    fc.array(fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
  ).map(([width, lines]) =>
    drawn(width, lines.length, (x, y) => lines[y].filter((change) => change <= x).length % 2 === 1)
  ),
);

for (const [name, scheme, encode] of WAYS) {
  Deno.test(`${name} is read as it was written`, () => {
    fc.assert(fc.property(bitmaps, (bitmap) => {
      const { read, lines } = decoded(encode(bitmap), scheme, bitmap.width, bitmap.height);
      assertEquals(lines, { lines: bitmap.height, damaged: 0, end: "rows", isFollowed: false });
      assertEquals(read, bitmap);
    }));
  });
}

Deno.test("an end mark ends a page before its rows are there", () => {
  const bitmap = likeWriting(200, 40);
  for (
    const [data, scheme] of [
      [encodeG3(bitmap, { hasRtc: true }), { kind: "g3", is2d: false }],
      [encodeG3(bitmap, { k: 4, hasRtc: true, hasFill: true }), { kind: "g3", is2d: true }],
      [encodeG4(bitmap), { kind: "g4" }],
    ] as const
  ) {
    const { lines } = decoded(data, scheme, 200, 60);
    assertEquals(lines, { lines: 40, damaged: 0, end: "mark", isFollowed: false });
  }
});

Deno.test("a damaged line of G3 shows the line above, is counted, and the next is read again", () => {
  const bitmap = likeWriting(400, 60), data = encodeG3(bitmap);
  const { read, lines } = decoded(spoiled(data, 0.5), { kind: "g3", is2d: false }, 400, 60);
  assertEquals([lines.lines, lines.damaged, lines.end], [60, 1, "rows"]);
  const wrong = rowsThatDiffer(read, bitmap);
  assertEquals(wrong.length, 1);
  const { stride } = read, [at] = wrong;
  assertEquals(row(read, at), read.bits.slice((at - 1) * stride, at * stride));
});

Deno.test("lines told by a damaged one are damaged up to the next that is told by itself", () => {
  const bitmap = likeWriting(400, 60), data = encodeG3(bitmap, { k: 4 });
  const { read, lines } = decoded(spoiled(data, 0.5), { kind: "g3", is2d: true }, 400, 60);
  assertEquals([lines.lines, lines.end], [60, "rows"]);
  const wrong = rowsThatDiffer(read, bitmap);
  assertEquals(lines.damaged >= 1 && lines.damaged <= 4, true, String(lines.damaged));
  // Each that is wrong is one of those that were counted, and none of the next four lines on.
  assertEquals(wrong.every((at) => at - wrong[0] < 4 && at % 4 >= wrong[0] % 4), true, wrong.join());
  assertEquals(wrong.length <= lines.damaged, true);
});

Deno.test("a line that ends where none can end is damaged, though its length is right", () => {
  // White 10, black 5, and then a code more than the line has room for, before the next end-of-line code.
  const [eol, white10, black5] = ["000000000001", "00111", "0011"];
  const data = bytesOf([eol, white10, black5, black5, eol, white10, black5, eol].join(""));
  const { lines } = decoded(data, { kind: "g3", is2d: false }, 15, 2);
  assertEquals([lines.lines, lines.damaged], [2, 1]);
});

Deno.test("no line is lost with the code before it", () => {
  const bitmap = likeWriting(400, 6), rows = stripsOf(bitmap, 1);
  for (const k of [1, 4]) {
    const before = encodeG3(bitmap, { k, hasFill: true }),
      first = encodeG3(rows[0], { k, hasFill: true }).length;
    // The end-of-line code of the second line ends with the byte behind those of the first, or in it.
    const spoiled = before.with(first, before[first] | 0x20);
    const { read, lines } = decoded(spoiled, { kind: "g3", is2d: k > 1 }, 400, 6);
    assertEquals(lines, { lines: 6, damaged: 0, end: "rows", isFollowed: false });
    assertEquals(read, bitmap);
  }
});

Deno.test("damage in G4 ends it, with the lines before", () => {
  const bitmap = likeWriting(400, 60), data = encodeG4(bitmap);
  const { read, lines } = decoded(spoiled(data, 0.5), { kind: "g4" }, 400, 60);
  assertEquals(lines.end, "damage");
  assertEquals(lines.lines > 15 && lines.lines < 45, true, String(lines.lines));
  assertEquals(read.bits.slice(0, 15 * read.stride), bitmap.bits.slice(0, 15 * read.stride));
});

Deno.test("lines of G4 that are followed by more than padding are told", () => {
  const data = encodeG4(likeWriting(400, 60));
  assertEquals(decoded(data, { kind: "g4" }, 400, 30).lines.isFollowed, true);
});

Deno.test("whatever the bytes are, no scheme fails or writes outside its rows", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...WAYS), (data, [, scheme]) => {
      const bits = new Uint8Array(5 * 14);
      const { lines } = decodeCcitt(data, scheme, 37, { bits, stride: 5, row: 2, rows: 10, paper: 0 });
      assertEquals(lines <= 10, true);
      assertEquals([...bits.subarray(0, 10), ...bits.subarray(60)].every((byte) => byte === 0), true);
    }),
    { numRuns: 2_000 },
  );
});

function decoded(data: Uint8Array, scheme: CcittScheme, width: number, height: number) {
  const read = blankBitmap(width, height);
  const lines = decodeCcitt(data, scheme, width, {
    bits: read.bits,
    stride: read.stride,
    row: 0,
    rows: height,
    paper: 0,
  });
  return { read, lines };
}

/** With a byte in it that no code can have: four zeros more than any code begins with. */
function spoiled(data: Uint8Array, share: number): Uint8Array {
  const copy = data.slice(), at = Math.floor(data.length * share);
  copy.set([0x02, 0x02], at);
  return copy;
}

function row({ stride, bits }: Bitmap, y: number): Uint8Array<ArrayBuffer> {
  return bits.slice(y * stride, (y + 1) * stride);
}

function rowsThatDiffer(a: Bitmap, b: Bitmap): number[] {
  return Array.from({ length: a.height }, (_, y) => y).filter((y) => row(a, y).join() !== row(b, y).join());
}

function bytesOf(bits: string): Uint8Array {
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => parseInt(byte.padEnd(8, "0"), 2));
}
