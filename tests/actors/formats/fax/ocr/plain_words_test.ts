import { assertEquals } from "@std/assert";
import { plainWords, withPlainWords } from "../../../../../actors/formats/fax/ocr/plain_words.ts";
import { readPage } from "../../../../../actors/formats/fax/ocr/read_page.ts";
import type { Layout, OcrEngine } from "../../../../../actors/formats/fax/ocr/engines/engine.ts";
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

/** Reads what it is told, and keeps the pictures it was shown. */
function told(words: readonly Word[]): { engine: OcrEngine; shown: [Layout, Grey][] } {
  const shown: [Layout, Grey][] = [];
  const read = (page: Grey, layout: Layout) => {
    shown.push([layout, page]);
    return Promise.resolve({ words: shown.length === 1 ? words : [], text: "" });
  };
  return { engine: { read, heldBytes: 0 }, shown };
}

/** Whether anything stands in a box of a picture. */
function hasInk({ width, pixels }: Grey, { x0, y0, x1, y1 }: Word["box"]): boolean {
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) if (pixels[y * width + x] < 128) return true;
  }
  return false;
}

Deno.test("the second pass is shown the page without the words that are plain", async () => {
  const bitmap = await typed(["Hospital 99213"]);
  const halves = [0, 1].map((half) => ({ x0: half * 340, y0: 0, x1: 340 + half * 800, y1: 600 }));
  const words = [{ text: "Hospital", confidence: 0.95, box: halves[0] }, {
    text: "99213",
    confidence: 0.95,
    box: halves[1],
  }];
  const { engine, shown } = told(words);
  const page = await readPage(1, { bitmap, xDpi: 204, yDpi: 196, damagedLines: 0 }, {
    engine,
    barcodes: () => Promise.resolve([]),
  });
  const [[first, whole], [second, rest]] = shown;
  assertEquals([first, second], ["columns", "scattered"]);
  assertEquals(halves.map((half) => hasInk(whole, half)), [true, true]);
  assertEquals(halves.map((half) => hasInk(rest, half)), [false, true]);
  assertEquals(page.passes.map(texts), [["Hospital", "99213"], ["Hospital"]]);
});
