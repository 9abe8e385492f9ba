import { assertEquals } from "@std/assert";
import { piecesOf } from "../../../../../actors/formats/fax/ocr/pieces.ts";
import { typedInk } from "../_pages.ts";

type Place = readonly [x0: number, y0: number, x1: number, y1: number];

/** A page with a black block at each place. */
function pageWith(...places: readonly Place[]) {
  const width = 1000, height = 400, ink = new Uint8Array(width * height);
  for (const [x0, y0, x1, y1] of places) {
    for (let y = y0; y < y1; y++) ink.fill(1, y * width + x0, y * width + x1);
  }
  return { width, height, ink };
}

/** Letters of a line that stand on `y1`, 14 pixels from one to the next. */
const letters = (count: number, x0: number, y1: number): Place[] =>
  Array.from({ length: count }, (_, at) => [x0 + at * 14, y1 - 20, x0 + at * 14 + 10, y1]);

const UNIT = 20;
const boxes = (...places: readonly Place[]) =>
  piecesOf(pageWith(...places), UNIT).map(({ box: { x0, y0, x1, y1 } }) => [x0, y0, x1, y1]);

Deno.test("letters that stand close together on a line are one piece, with the points between them", () => {
  const point: Place = [120, 97, 123, 100], hyphen: Place = [125, 89, 133, 92];
  assertEquals(boxes(...letters(1, 106, 100), point, hyphen, ...letters(1, 138, 100)), [[106, 80, 148, 100]]);
  // As far apart as two columns are.
  assertEquals(boxes(...letters(2, 100, 100), ...letters(2, 150, 100)), [[100, 80, 124, 100], [
    150,
    80,
    174,
    100,
  ]]);
});

Deno.test("pieces come line by line, each from the left", () => {
  const found = boxes(...letters(2, 300, 102), ...letters(2, 100, 100), ...letters(2, 50, 140));
  assertEquals(found.map(([x0]) => x0), [100, 300, 50]);
});

Deno.test("a piece stands where most of its letters do, and one of few letters where those of its line do", () => {
  const [long, short] = piecesOf(
    pageWith(...letters(5, 100, 100), [170, 80, 180, 107], [400, 82, 410, 107]),
    UNIT,
  );
  assertEquals([long.baseline, short.baseline, short.box.y1], [100, 100, 107]);
});

Deno.test("rules, specks and pictures are no pieces", () => {
  assertEquals(boxes([50, 300, 900, 304], [500, 50, 501, 51], [600, 100, 700, 200]), []);
});

Deno.test("a page of nothing but specks as large as letters has no pieces", () => {
  const width = 2000, height = 1200, ink = new Uint8Array(width * height);
  // 60,000 of them, each as high as a letter.
  for (let y = 0; y < height; y += 10) {
    for (let x = 0; x < width; x += 4) for (let row = y; row < y + 8; row++) ink[row * width + x] = 1;
  }
  assertEquals(piecesOf({ width, height, ink }, UNIT), []);
});

Deno.test("words of a letter are pieces by the gaps between them", async () => {
  const page = await typedInk(["Glucose            105      mg/dL", "Date of birth: 01/31/1970"]);
  const found = piecesOf(page, 24);
  assertEquals(found.length, 4);
  const [glucose, value, unit] = found;
  assertEquals(
    Math.max(...[glucose, value, unit].map(({ baseline }) => baseline)) - glucose.baseline <= 1,
    true,
  );
});
