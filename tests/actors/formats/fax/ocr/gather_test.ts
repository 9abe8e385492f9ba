import { assertEquals } from "@std/assert";
import { gather } from "../../../../../actors/formats/fax/ocr/gather.ts";
import type { Piece } from "../../../../../actors/formats/fax/ocr/pieces.ts";
import { type Scale, Shades } from "../../../../../actors/formats/fax/prepare/grey.ts";
import { marksOf } from "../../../../../actors/formats/fax/prepare/marks.ts";
import { squarePage } from "../../../../../actors/formats/fax/prepare/page.ts";
import type { Grey } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import type { Box } from "../../../../../runtime/contract/document.ts";

const box = (x0: number, y0: number, x1: number, y1: number): Box => ({ x0, y0, x1, y1 });
const piece = (place: Box, { baseline = place.y1, size = 20 } = {}): Piece => ({
  box: place,
  baseline,
  size,
});

/** Pieces of a page that has a black block at each place. */
function gathered(pieces: readonly Piece[], scale: Scale = { across: 1, down: 1 }) {
  const width = 1600, height = 400, ink = new Uint8Array(width * height);
  for (const { box: { x0, y0, x1, y1 } } of pieces) {
    for (let y = y0; y < y1; y++) ink.fill(1, y * width + x0, y * width + x1);
  }
  using shades = new Shades(squarePage({ width, height, ink }, 200, 200));
  return gather(shades, pieces, scale);
}

/** Blocks on a picture, from above, and then from the left. */
const blocks = ({ width, height, pixels }: Grey): Box[] =>
  marksOf({ width, height, ink: pixels.map((shade) => shade < 128 ? 1 : 0) }, 2)
    .sort((a, b) => a.y1 - b.y1 || a.x0 - b.x0);

const word = (place: Box) => ({ text: "H", confidence: 0.9, box: place });

Deno.test("pieces stand beside each other, and their words are put back where they came from", () => {
  const pieces = [piece(box(10, 20, 60, 40)), piece(box(900, 24, 912, 44))];
  const { picture, placed } = gathered(pieces);
  const [long, short] = blocks(picture);
  assertEquals([long.x1 - long.x0, short.x1 - short.x0, short.x0 - long.x1], [50, 12, 20]);
  assertEquals(long.y1, short.y1, "both stand on the line");
  assertEquals(placed([long, short].map(word)).map((each) => each.box), pieces.map((each) => each.box));
  assertEquals(placed([word(box(0, 0, 2, 2))]), [], "what is on none of them is on no page");
});

Deno.test("pieces made larger, and narrower, are put back where they came from", () => {
  const pieces = [piece(box(10, 20, 60, 40)), piece(box(900, 224, 960, 244))];
  const { picture, placed } = gathered(pieces, { across: 1.2, down: 1.5 });
  const found = blocks(picture);
  assertEquals(found.map(({ x0, x1 }) => x1 - x0), [60, 72]);
  for (const { y0, y1 } of found) assertEquals(Math.abs(y1 - y0 - 30) <= 1, true, `${y1 - y0} high`);
  for (const [at, { box: { x0, y0, x1, y1 } }] of placed(found.map(word)).entries()) {
    const from = pieces[at].box;
    const off = [x0 - from.x0, y0 - from.y0, x1 - from.x1, y1 - from.y1].map(Math.abs);
    assertEquals(Math.max(...off) <= 1, true, off.join());
  }
});

Deno.test("what hangs below a line hangs there still", () => {
  const [plain, tailed] = blocks(
    gathered([piece(box(10, 20, 60, 40)), piece(box(100, 20, 150, 46), { baseline: 40 })]).picture,
  );
  assertEquals([tailed.y0 - plain.y0, tailed.y1 - plain.y1], [0, 6]);
});

Deno.test("a full line ends, and so does one before letters of another size; a long piece has one to itself", () => {
  const rows = (pieces: readonly Piece[]) =>
    new Set(blocks(gathered(pieces).picture).map(({ y1 }) => y1)).size;
  const wide = (y0: number) => piece(box(10, y0, 510, y0 + 20));
  assertEquals([rows([wide(20), wide(60)]), rows([wide(20), wide(60), wide(100)])], [1, 2]);
  assertEquals(rows([piece(box(10, 20, 60, 40)), piece(box(100, 20, 150, 60), { size: 40 })]), 2);
  const { picture } = gathered([piece(box(10, 20, 1510, 40))]);
  assertEquals(blocks(picture).map(({ x0, x1 }) => x1 - x0), [1500]);
});
