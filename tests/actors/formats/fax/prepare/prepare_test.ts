import { assert, assertEquals } from "@std/assert";
import { type Ink, pack } from "../../../../../actors/formats/fax/prepare/ink.ts";
import { squarePage } from "../../../../../actors/formats/fax/prepare/page.ts";
import { prepare } from "../../../../../actors/formats/fax/prepare/prepare.ts";
import { type Quarters, straighten, turn } from "../../../../../actors/formats/fax/prepare/rotate.ts";
import { skewOf } from "../../../../../actors/formats/fax/prepare/skew.ts";
import { fullestRows, mayStandOnHead, onItsSide } from "../../../../../actors/formats/fax/prepare/upright.ts";
import { drawn, ink, LETTER, typedInk } from "../_pages.ts";

const letter = await typedInk([...LETTER, ...LETTER]);
const imageOf = (page: Ink) => ({ bitmap: pack(page), xDpi: 204, yDpi: 204, damagedLines: 0 });

Deno.test("lines that fall or rise are found by their angle, and made level", () => {
  assertEquals(Math.abs(skewOf(letter).degrees) < 0.05, true);
  for (const degrees of [-3, -1.2, 0.5, 2.5]) {
    const slanted = straighten(letter, -degrees);
    assert(Math.abs(skewOf(slanted).degrees - degrees) < 0.1);
    assert(Math.abs(skewOf(straighten(slanted, degrees)).degrees) < 0.1);
  }
});

Deno.test("a page is turned by quarters, and back", () => {
  const page = ink("#..", "##.");
  assertEquals(drawn(turn(page, 1)), ["##", "#.", ".."]);
  assertEquals(drawn(turn(page, 2)), [".##", "..#"]);
  assertEquals(drawn(turn(page, 3)), ["..", ".#", "##"]);
  for (const quarters of [0, 1, 2, 3] as const) {
    assertEquals(turn(turn(page, quarters), ((4 - quarters) % 4) as Quarters), page);
  }
});

Deno.test("a page that lies on its side is found, also where it is slanted", () => {
  for (const degrees of [0, 1.5]) {
    const slanted = straighten(letter, -degrees);
    assertEquals(onItsSide(slanted).quarters, 0);
    for (const quarters of [1, 3] as const) {
      assertEquals(onItsSide(turn(slanted, quarters)).quarters, 1);
    }
  }
});

Deno.test("a page of letters that is upright is not suspected to stand on its head, and one that does is", () => {
  assertEquals(mayStandOnHead(letter), false);
  assertEquals(mayStandOnHead(turn(letter, 2)), true);
});

Deno.test("an empty page, a black one and one of a single pixel stay what they are", () => {
  for (const [size, black] of [[40, 0], [40, 1], [1, 0], [1, 1]]) {
    const page = { width: size, height: size, ink: new Uint8Array(size * size).fill(black) };
    const { page: { ink }, mayStandOnHead } = prepare(imageOf(page));
    assertEquals([ink, mayStandOnHead], [page, false]);
  }
});

Deno.test("the rows with the most on them are found", () => {
  const page = ink("....", "#...", "#.#.", ".#.#", "....");
  assertEquals(drawn(fullestRows(squarePage(page, 0, 0), 2).ink), ["#.#.", ".#.#"]);
  assertEquals(fullestRows(squarePage(page, 0, 0), 9).ink, page);
});

Deno.test("the same image gives the same page", () => {
  const image = imageOf(straighten(letter, 1));
  assertEquals(prepare(image), prepare(image));
});
