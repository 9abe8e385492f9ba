import { assertEquals } from "@std/assert";
import { placesOf, textOf } from "../../../../../actors/formats/fax/ocr/places.ts";
import { qualityOf } from "../../../../../actors/formats/fax/ocr/quality.ts";
import { doubtfulPlaces, settle } from "../../../../../actors/formats/fax/ocr/settle.ts";
import type { Word } from "../../../../../actors/formats/fax/ocr/words.ts";

/** A word in a column of its own: `at` counts them; each is 40 wide, `part` of it where it was cut in two. */
function word(text: string, confidence: number, at = 0, part: readonly [number, number] = [0, 40]): Word {
  return { text, confidence, box: { x0: 100 * at + part[0], y0: 10, x1: 100 * at + part[1], y1: 30 } };
}

const texts = (words: readonly Word[]) => words.map(({ text }) => text);

Deno.test("words of two readings are brought together where they stand, also where one cut them in two", () => {
  const places = placesOf([
    [word("N39", 0.9, 0, [0, 18]), word("0", 0.9, 0, [22, 40]), word("left", 0.9, 2)],
    [word("N39.0", 0.9), word("right", 0.9, 3)],
  ]);
  assertEquals(places.map(({ words }) => words.map(textOf)), [["N39 0", "N39.0"], ["left", ""], [
    "",
    "right",
  ]]);
  assertEquals(places[0].box, { x0: 0, y0: 10, x1: 40, y1: 30 });
});

Deno.test("lines close to each other stay apart", () => {
  const upper = word("upper", 0.9);
  const lower = { ...word("lower", 0.9), box: { x0: 0, y0: 24, x1: 40, y1: 44 } };
  assertEquals(placesOf([[upper], [lower]]).length, 2);
});

Deno.test("what two readings have alike and surely is not doubtful, all else is", () => {
  const first = [word("same", 0.96), word("99213", 0.6, 1), word("one", 0.99, 2), word("alone", 0.99, 3)];
  const second = [word("same", 0.5), word("99213", 0.9, 1), word("other", 0.99, 2)];
  assertEquals(doubtfulPlaces(first, second).map(({ x0 }) => x0), [100, 200, 300]);
});

Deno.test("a word of letters need not be as sure as a number, where two readings have it alike", () => {
  const both = [
    word("Hospital", 0.85),
    word("Hospital", 0.7, 1),
    word("Dr.", 0.85, 2),
    word("E11.9", 0.85, 3),
  ];
  assertEquals(doubtfulPlaces(both, both).map(({ x0 }) => x0), [100, 200, 300]);
});

Deno.test("a third reading stands for the one that it does not bear out", () => {
  const [first, second] = settle([word("85025", 0.9)], [word("83025", 0.6)], [word("85025", 0.8)]);
  assertEquals(first, [word("85025", 0.9)]);
  assertEquals(second, [word("85025", 0.8)]);
  const [one, other] = settle([word("N39", 0.5, 0, [0, 18]), word("0", 0.9, 0, [22, 40])], [
    word("N39.0", 0.9),
  ], [
    word("N39.0", 0.8),
  ]);
  assertEquals([texts(one), texts(other)], [["N39.0"], ["N39.0"]]);
});

Deno.test("a reading that is surer than those that it differs from is not overruled", () => {
  for (const third of [0.8, 0.99]) {
    const [first, second] = settle([word("85025", 0.7)], [word("83025", 0.95)], [word("85025", third)]);
    assertEquals([texts(first), texts(second)], [["85025"], ["83025"]]);
  }
});

Deno.test("a third reading makes what two have alike surer, or leaves nobody sure", () => {
  const first = [word("total", 0.7)];
  const [, surer] = settle(first, [word("total", 0.6)], [word("total", 0.8)]);
  assertEquals(surer, [word("total", 0.8)]);
  const [, doubted] = settle(first, [word("total", 0.6)], [word("tota1", 0.65)]);
  assertEquals(doubted, [word("tota1", 0.65)]);
  const [, kept] = settle(first, [word("total", 0.6)], [word("tota1", 0.5)]);
  assertEquals(kept, [word("total", 0.6)]);
});

Deno.test("what one reading alone has gets a second, and what no third has stays", () => {
  const [first, second] = settle([word("H", 0.9), word("Smith", 0.9, 1)], [], [word("H", 0.8)]);
  assertEquals(texts(first), ["H", "Smith"]);
  assertEquals(second, [word("H", 0.8)]);
  assertEquals(settle([], [word("H", 0.9)], [word("X", 0.8)]), [[], [word("H", 0.9)]]);
});

Deno.test("a page's quality is the share of its words that are sure, or alike in both readings; marks do not count", () => {
  const sure = [word("a", 0.8), word("b", 0.79, 1), word("—", 0.1, 2), word("|", 0.99, 3)];
  assertEquals(qualityOf(sure, []), 0.5);
  assertEquals(qualityOf(sure, [word("a", 0.3), word("b", 0.3, 1)]), 1);
  assertEquals(qualityOf([word("a", 0.5)], [word("a", 0.59)]), 0);
  assertEquals(qualityOf([], []), 1);
});
