import { assertEquals } from "@std/assert";
import { pack, unpack } from "../../../../../actors/formats/fax/prepare/ink.ts";
import { squarePixels } from "../../../../../actors/formats/fax/prepare/square.ts";
import { smooth } from "../../../../../actors/formats/fax/prepare/grey.ts";
import {
  rowsOf,
  squarePage,
  straightenPage,
  turnPage,
  withoutRulesOf,
} from "../../../../../actors/formats/fax/prepare/page.ts";
import type { Grey } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import { drawn, ink, LETTER, typed } from "../_pages.ts";

Deno.test("a page has a byte for each bit, and the other way round", async () => {
  const page = await typed(LETTER);
  assertEquals(pack(unpack(page)), page);
  assertEquals(
    drawn(unpack({ width: 10, height: 1, stride: 2, bits: Uint8Array.of(0b1010_0001, 0b0100_0000) })),
    [
      "#.#....#.#",
    ],
  );
});

Deno.test("a page of standard resolution gets lines between, which lean as the lines about them do", () => {
  const page = ink(
    ".##......",
    "..##.....",
    "...##..#.",
  );
  assertEquals(drawn(squarePixels(page, 204, 98)), [
    ".##......",
    ".###.....",
    "..##.....",
    "..###....",
    "...##..#.",
    "...##..#.",
  ]);
});

Deno.test("a page with more lines than pixels loses none of its strokes", () => {
  const page = ink("#....", ".....", "..#..", "..#..", "....#");
  assertEquals(drawn(squarePixels(page, 204, 391)), ["#....", "..#..", "....#"]);
});

Deno.test("a page whose pixels are nearly square stays as it is", () => {
  const page = ink("#.", ".#");
  for (const [x, y] of [[204, 196], [300, 300], [0, 98], [204, Number.NaN]]) {
    assertEquals(squarePixels(page, x, y), page);
  }
});

Deno.test("edges become smooth, and what is all black or all white stays so", () => {
  const page = squarePage(
    ink("........", "........", "...#####", "...#####", "...#####", "...#####", "...#####"),
    0,
    0,
  );
  const { width, height, pixels } = smooth(page, { across: 1.5, down: 1.5 });
  assertEquals([width, height], [12, 11]);
  assertEquals(pixels[0], 255);
  assertEquals(pixels[6 * 12 + 8] < 40, true);
  const across = [...pixels.subarray(6 * 12, 6 * 12 + 9)];
  assertEquals(across, across.toSorted((a, b) => b - a), "from white to black without a step back");
  assertEquals(across.filter((shade) => shade > 0 && shade < 255).length >= 2, true);
});

Deno.test("a page is made larger without leaving its edges", () => {
  for (const scale of [1, 1.25, 1.5]) {
    const { pixels } = smooth(squarePage(ink("####", "####", "####"), 0, 0), { across: scale, down: scale });
    assertEquals([...pixels].every((shade) => shade < 180), true, `${scale}`);
  }
  assertEquals(smooth(squarePage(ink("#"), 0, 0), { across: 1.5, down: 1.5 }).pixels.length, 4);
});

/** Left and upper edge of the darkest pixel. */
function darkest({ width, pixels }: Grey): readonly number[] {
  const at = pixels.indexOf(Math.min(...pixels));
  return [at % width, Math.floor(at / width)];
}

Deno.test("what is read of an image stands where it stands on the page, however that was turned and made level", () => {
  const dot = (x: number, y: number) => {
    const page = { width: 40, height: 30, ink: new Uint8Array(40 * 30) };
    page.ink[y * 40 + x] = 1;
    return squarePage(page, 204, 98);
  };
  const standard = dot(10, 5);
  assertEquals([standard.ink.width, standard.ink.height], [40, 60]);
  assertEquals(darkest(smooth(standard)), [10, 10]);
  assertEquals(darkest(smooth(turnPage(standard, 1))), [48, 10]);
  assertEquals(darkest(smooth(turnPage(standard, 2))), [29, 48]);
  assertEquals(darkest(smooth(turnPage(standard, 3))), [10, 29]);
  assertEquals(darkest(smooth(turnPage(turnPage(standard, 1), 3))), [10, 10]);
  assertEquals(darkest(smooth(rowsOf(standard, 6, 20))), [10, 4]);
  // A line that falls by three degrees to the right is two pixels lower, 40 further on.
  const level = straightenPage(dot(38, 16), 3);
  assertEquals(darkest(smooth(level)), [38, 31]);
});

Deno.test("rules leave the image, too, and what stands beside them stays", () => {
  const page = { width: 400, height: 60, ink: new Uint8Array(400 * 60) };
  page.ink.fill(1, 20 * 400 + 10, 20 * 400 + 390);
  for (let y = 40; y < 50; y++) page.ink.fill(1, y * 400 + 100, y * 400 + 104);
  for (const whole of [squarePage(page, 204, 98), turnPage(squarePage(page, 204, 98), 2)]) {
    const left = withoutRulesOf(whole).image.ink;
    assertEquals(left.indexOf(1), 40 * 400 + 100);
    assertEquals(left.reduce((sum, pixel) => sum + pixel, 0), 40);
  }
});
