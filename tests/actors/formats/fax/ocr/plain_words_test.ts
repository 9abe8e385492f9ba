import { assertEquals } from "@std/assert";
import { plainWords, withPlainWords } from "../../../../../actors/formats/fax/ocr/plain_words.ts";
import { readPage } from "../../../../../actors/formats/fax/ocr/read_page.ts";
import type { Layout, OcrEngine } from "../../../../../actors/formats/fax/ocr/engines/engine.ts";
import type { Box } from "../../../../../runtime/contract/document.ts";
import type { Word } from "../../../../../actors/formats/fax/ocr/words.ts";
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

/** Reads what it is told, of which the boxes are those of the page, and keeps the pictures it was shown. */
function told(words: readonly Word[], pageWidth: number) {
  const shown: [Layout, Grey][] = [];
  const read = (page: Grey, layout: Layout) => {
    shown.push([layout, page]);
    if (shown.length > 1) return Promise.resolve({ words: [], text: "" });
    const scaled = words.map((each) => ({ ...each, box: times(each.box, page.width / pageWidth) }));
    return Promise.resolve({ words: scaled, text: "" });
  };
  return { engine: { read, heldBytes: 0 } satisfies OcrEngine, shown };
}

function times({ x0, y0, x1, y1 }: Box, scale: number): Box {
  return { x0: x0 * scale, y0: y0 * scale, x1: x1 * scale, y1: y1 * scale };
}

/** Whether anything stands at a place of the page on a picture of it. */
function hasInk({ width, pixels }: Grey, place: Box, pageWidth: number): boolean {
  const { x0, y0, x1, y1 } = times(place, width / pageWidth);
  for (let y = Math.ceil(y0); y < y1; y++) {
    for (let x = Math.ceil(x0); x < x1; x++) if (pixels[y * width + x] < 128) return true;
  }
  return false;
}

Deno.test("the second pass is shown the page without the words that are plain", async () => {
  const bitmap = await typed(["Hospital 99213"]);
  // The first word ends, and the second begins, about here.
  const middle = 330;
  const places = [{ x0: 0, y0: 0, x1: middle, y1: 600 }, { x0: middle, y0: 0, x1: bitmap.width, y1: 600 }];
  const words = ["Hospital", "99213"].map((text, at) => ({ text, confidence: 0.95, box: places[at] }));
  const { engine, shown } = told(words, bitmap.width);
  const seen: boolean[][] = [];
  const looking: OcrEngine = {
    heldBytes: 0,
    read(page, layout) {
      // The picture's memory is taken back when it was read.
      seen.push(places.map((place) => hasInk(page, place, bitmap.width)));
      return engine.read(page, layout);
    },
  };
  const page = await readPage(1, { bitmap, xDpi: 204, yDpi: 196, damagedLines: 0 }, {
    engine: () => Promise.resolve(looking),
    barcodes: () => Promise.resolve([]),
  });
  assertEquals(shown.slice(0, 2).map(([layout]) => layout), ["columns", "scattered"]);
  assertEquals(seen.slice(0, 2), [[true, true], [false, true]]);
  assertEquals(page.passes.map(texts), [["Hospital", "99213"], ["Hospital"]]);
});
