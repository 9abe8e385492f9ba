import { assertEquals } from "@std/assert";
import { pack, unpack } from "../../../../../actors/formats/fax/prepare/ink.ts";
import { squarePixels } from "../../../../../actors/formats/fax/prepare/square.ts";
import { smooth } from "../../../../../actors/formats/fax/prepare/grey.ts";
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
  const { width, height, pixels } = smooth(
    ink("......", "......", "...###", "...###", "...###", "...###"),
    1.5,
  );
  assertEquals([width, height], [9, 9]);
  assertEquals(pixels[0], 255);
  assertEquals(pixels[5 * 9 + 7] < 40, true);
  const across = [...pixels.subarray(6 * 9, 6 * 9 + 7)];
  assertEquals(across, across.toSorted((a, b) => b - a), "from white to black without a step back");
  assertEquals(across.filter((shade) => shade > 0 && shade < 255).length >= 2, true);
});

Deno.test("a page is made larger without leaving its edges", () => {
  for (const scale of [1, 1.25, 1.5]) {
    const { pixels } = smooth(ink("####", "####", "####"), scale);
    assertEquals([...pixels].every((shade) => shade < 160), true, `${scale}`);
  }
  assertEquals(smooth(ink("#"), 1.5).pixels.length, 4);
});
