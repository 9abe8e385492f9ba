import { assert, assertEquals } from "@std/assert";
import { despeckle } from "../../../../../actors/formats/fax/prepare/despeckle.ts";
import { withoutRules } from "../../../../../actors/formats/fax/prepare/rules.ts";
import { drawn, ink, LETTER, typedInk } from "../_pages.ts";

Deno.test("specks of one and two pixels go, and what is larger stays", () => {
  const page = ink(
    "................",
    ".#....##....#...",
    ".............#..",
    "......#.........",
    "......#....##...",
    "...#.......##...",
    "....##..........",
    "................",
  );
  assertEquals(drawn(despeckle(page)), [
    "................",
    "................",
    "................",
    "................",
    "...........##...",
    "...#.......##...",
    "....##..........",
    "................",
  ]);
});

Deno.test("a pinhole in a letter is filled", () => {
  assertEquals(drawn(despeckle(ink("###", "#.#", "###"))), ["###", "###", "###"]);
});

Deno.test("decimal points of the smallest print survive", async () => {
  const page = await typedInk(["1.5  12.25  1,234.50", "pH 7.4."]);
  assertEquals(despeckle(page).ink, page.ink);
});

Deno.test("rules of a table go, and letters on them stay", () => {
  const width = 400, height = 200;
  const page = { width, height, ink: new Uint8Array(width * height) };
  const fill = (x0: number, y0: number, x1: number, y1: number) => {
    for (let y = y0; y < y1; y++) page.ink.fill(1, y * width + x0, y * width + x1);
  };
  fill(20, 50, 380, 52);
  fill(100, 20, 103, 180);
  // A letter's stem that stands across the rule, a word's dash, and a bar as thick as letters are high.
  fill(200, 30, 204, 70);
  fill(250, 100, 300, 103);
  fill(20, 150, 380, 170);
  const { ink: left } = withoutRules(page);
  const isBlack = (x: number, y: number) => left[y * width + x] === 1;
  assert(!isBlack(40, 50) && !isBlack(370, 51), "the rule across");
  assert(!isBlack(101, 30) && !isBlack(101, 120), "the rule down");
  assert(isBlack(201, 51), "the stem where it crosses the rule");
  assert(isBlack(275, 101), "the dash");
  assert(isBlack(40, 160), "the bar");
});

Deno.test("a page of text without rules loses nothing", async () => {
  const page = await typedInk(LETTER);
  assertEquals(withoutRules(page).ink, page.ink);
});
