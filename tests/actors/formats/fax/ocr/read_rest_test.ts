import { assertEquals } from "@std/assert";
import type { OcrEngine } from "../../../../../actors/formats/fax/ocr/engines/engine.ts";
import { readRest } from "../../../../../actors/formats/fax/ocr/read_rest.ts";
import { lettersOn, unreadPlaces } from "../../../../../actors/formats/fax/ocr/unread.ts";
import type { Word } from "../../../../../actors/formats/fax/ocr/words.ts";
import { marksOf } from "../../../../../actors/formats/fax/prepare/marks.ts";
import { Shades } from "../../../../../actors/formats/fax/prepare/grey.ts";
import { squarePage } from "../../../../../actors/formats/fax/prepare/page.ts";
import type { Box } from "../../../../../runtime/contract/document.ts";
import { ink } from "../_pages.ts";

const box = (x0: number, y0: number, x1: number, y1: number): Box => ({ x0, y0, x1, y1 });
const word = (text: string, place: Box, confidence = 0.9): Word => ({ text, confidence, box: place });

/** A page with a black block at each place. */
function pageWith(...places: readonly Box[]) {
  const width = 400, height = 120, pixels = new Uint8Array(width * height);
  for (const { x0, y0, x1, y1 } of places) {
    for (let y = y0; y < y1; y++) pixels.fill(1, y * width + x0, y * width + x1);
  }
  return { width, height, ink: pixels };
}

Deno.test("ink belongs together where its gaps are small, in a row and between rows", () => {
  const letters = ink(
    "##..##.....##",
    "#....#.....##",
    ".............",
    "##...........",
  );
  assertEquals(marksOf(letters, 3), [box(0, 0, 6, 4), box(11, 0, 13, 2)]);
  assertEquals(marksOf(letters, 1).length, 3);
});

const READ = box(10, 20, 60, 40), FLAG = box(300, 20, 312, 40), SPECK = box(200, 30, 203, 33);

Deno.test("what is as large as letters, and no word stands there, was not read", () => {
  const words = [word("Glucose", READ)];
  const { marks, unit } = lettersOn(pageWith(READ, FLAG, SPECK), words);
  assertEquals([marks, unit], [[READ, FLAG], 20]);
  assertEquals(unreadPlaces(marks, words, unit), [FLAG]);
  assertEquals(unreadPlaces(marks, [...words, word("H", FLAG)], unit), []);
});

Deno.test("pieces of one number are one place, and what is a line lower is another", () => {
  const pieces = [box(300, 20, 312, 40), box(320, 20, 332, 40)], below = box(300, 60, 312, 80);
  assertEquals(unreadPlaces([...pieces, below], [], 20), [box(300, 20, 332, 40), below]);
});

/** An engine that reads each block it is shown as the text of its width. */
function blocks(texts: Readonly<Record<number, string>>, confidence = 0.9) {
  const layouts: string[] = [];
  const engine: OcrEngine = {
    heldBytes: 0,
    read(page, layout) {
      layouts.push(layout);
      const dark = { ...page, ink: page.pixels.map((shade) => shade < 128 ? 1 : 0) };
      const words = marksOf(dark, 2).flatMap((place) => {
        const text = texts[place.x1 - place.x0];
        return text === undefined ? [] : [word(text, place, confidence)];
      });
      return Promise.resolve({ words, text: "" });
    },
  };
  return { engine, layouts };
}
async function read(
  ink: ReturnType<typeof pageWith>,
  passes: readonly (readonly Word[])[],
  engine: OcrEngine,
) {
  using shades = new Shades(squarePage(ink, 200, 200));
  const read = await readRest(
    ink,
    shades,
    passes.map((words) => ({ words, scale: { across: 1, down: 1 } })),
    engine,
  );
  return read.map((words) => words.map(({ text }) => text));
}

Deno.test("each reading gets what it overlooked, and an engine is asked for nothing else", async () => {
  const page = pageWith(READ, FLAG), glucose = word("Glucose", READ), flag = word("H", FLAG);
  const { engine, layouts } = blocks({ 12: "H" });
  assertEquals(await read(page, [[glucose], [glucose, flag]], engine), [["Glucose", "H"], ["Glucose", "H"]]);
  assertEquals(layouts, ["gathered"]);
  assertEquals(await read(page, [[glucose], [glucose]], blocks({ 12: "H" }, 0.3).engine), [["Glucose"], [
    "Glucose",
  ]]);
});

Deno.test("two pieces of a number are one where ink is left of its point, and nothing where none is", async () => {
  const pieces = [box(300, 20, 312, 40), box(320, 20, 330, 40)], glucose = word("Glucose", READ);
  const { engine } = blocks({ 12: "4", 10: "2" });
  const point = box(315, 38, 317, 40);
  assertEquals(await read(pageWith(READ, ...pieces, point), [[glucose]], engine), [["Glucose", "4.2"]]);
  assertEquals(await read(pageWith(READ, ...pieces), [[glucose]], engine), [["Glucose"]]);
});
