import { assert, assertEquals } from "@std/assert";
import { plainWords, withPlainWords } from "../../../../../actors/formats/fax/ocr/plain_words.ts";
import { readPage } from "../../../../../actors/formats/fax/ocr/read_page.ts";
import type { Layout, OcrEngine } from "../../../../../actors/formats/fax/ocr/engines/engine.ts";
import type { Box } from "../../../../../runtime/contract/document.ts";
import type { Word } from "../../../../../actors/formats/fax/ocr/words.ts";
import { marksOf } from "../../../../../actors/formats/fax/prepare/marks.ts";
import { unpack } from "../../../../../actors/formats/fax/prepare/ink.ts";
import { around } from "../../../../../actors/formats/fax/raster/box.ts";
import type { Grey } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import { typed } from "../_pages.ts";

/** A word in a column of its own: `at` counts them. */
function word(text: string, confidence: number, at = 0): Word {
  return { text, confidence, box: { x0: 100 * at, y0: 10, x1: 100 * at + 80, y1: 30 } };
}

const texts = (words: readonly Word[]) => words.map(({ text }) => text);

Deno.test("a word of letters that was read surely is plain; what is short, unsure, or has a digit is not", () => {
  const words = [
    ...[word("Hospital", 0.95), word("Smith,", 0.93), word("O'Brien", 0.95), word("Straße", 0.96)],
    ...[word("Hospital", 0.9), word("Dr.", 0.97), word("A.B.C.", 0.97), word("E11.9", 0.97)],
    ...[word("4.8-5.6", 0.97), word("Hosp1tal", 0.97), word("$Total", 0.97)],
  ];
  assertEquals(texts(plainWords(words)), ["Hospital", "Smith,", "O'Brien", "Straße"]);
});

Deno.test("a second reading gets the plain words it was not shown, and loses what was left of them", () => {
  const plain = [word("Hospital", 0.95)];
  const left: Word = { text: "'", confidence: 0.4, box: { x0: 78, y0: 12, x1: 82, y1: 16 } };
  const second = withPlainWords([left, word("99213", 0.8, 1)], plain);
  assertEquals(second, [word("99213", 0.8, 1), ...plain]);
});

/** Reads as the first pass what it is told, of which the boxes are those of the page, and as others `99213` and where ink is. */
function told(words: readonly Word[], page: { width: number; height: number }) {
  const layouts: Layout[] = [];
  const read = (picture: Grey, layout: Layout) => {
    layouts.push(layout);
    if (layout === "gathered") {
      return Promise.resolve({ words: [{ text: "99213", confidence: 0.9, box: inkOn(picture) }], text: "" });
    }
    const [across, down] = [picture.width / page.width, picture.height / page.height];
    const scaled = words.map(({ box: { x0, y0, x1, y1 }, ...word }) => ({
      ...word,
      box: { x0: x0 * across, y0: y0 * down, x1: x1 * across, y1: y1 * down },
    }));
    return Promise.resolve({ words: scaled, text: "" });
  };
  return { engine: { read, heldBytes: 0 } satisfies OcrEngine, layouts };
}

Deno.test("the second pass is shown what is not plain, put together, and its words stand where they are", async () => {
  const bitmap = await typed(["Hospital 99213"]);
  const marks = marksOf(unpack(bitmap), 6);
  // The first word ends, and the second begins, about here.
  const middle = 330;
  const places = [
    around(marks.filter(({ x0 }) => x0 < middle))!,
    around(marks.filter(({ x0 }) => x0 >= middle))!,
  ];
  const words = ["Hospital", "99213"].map((text, at) => ({ text, confidence: 0.95, box: places[at] }));
  const { engine, layouts } = told(words, bitmap);
  const page = await readPage(1, { bitmap, xDpi: 204, yDpi: 196, damagedLines: 0 }, {
    engine: () => Promise.resolve(engine),
    barcodes: () => Promise.resolve([]),
  });
  assertEquals(layouts, ["columns", "gathered"]);
  assertEquals(page.passes.map(texts), [["Hospital", "99213"], ["99213", "Hospital"]]);
  const { box } = page.passes[1][0];
  for (const edge of ["x0", "x1", "y0", "y1"] as const) {
    assert(
      Math.abs(box[edge] - places[1][edge]) <= 3,
      `${edge}: ${box[edge]}, and ink at ${places[1][edge]}`,
    );
  }
});

/** What stands on a picture. */
function inkOn({ width, height, pixels }: Grey): Box {
  return around(marksOf({ width, height, ink: pixels.map((shade) => shade < 128 ? 1 : 0) }, 1))!;
}
