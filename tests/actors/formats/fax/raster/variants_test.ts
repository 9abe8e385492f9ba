import { assert, assertEquals } from "@std/assert";
import { openTiff } from "../../../../../actors/formats/fax/raster/tiff/open_tiff.ts";
import { faxFile, faxFiles } from "../_faxes.ts";

const variants = faxFiles("variants").filter((path) => path.endsWith(".tif"));

for (const path of variants) {
  Deno.test(`${path} is read pixel by pixel`, () => {
    const { layouts, read } = openTiff(faxFile(path));
    assertEquals(layouts.length, 2);
    for (const page of [1, 2]) {
      const truth = readPbm(faxFile(`variants/truth.${page}.pbm`));
      const { bitmap, xDpi, yDpi, damagedLines } = read(page);
      assertEquals(bitmap.width, truth.width);
      assert(bitmap.bits.subarray(0, truth.bits.length).every((byte, at) => byte === truth.bits[at]));
      // What fax2tiff makes of the six end-of-line codes behind a page: lines with nothing on them.
      const isWrapped = path.includes("fax2tiff");
      assertEquals(bitmap.height, truth.height + (isWrapped ? 6 : 0));
      assert(bitmap.bits.subarray(truth.bits.length).every((byte) => byte === 0));
      assertEquals(damagedLines, 0);
      assertEquals([xDpi, yDpi], [204, page === 1 || isWrapped ? 196 : 98]);
    }
  });
}

Deno.test("all variants are there where any is", () => {
  assert(variants.length === 0 || variants.length === 33, String(variants.length));
});

function readPbm(bytes: Uint8Array) {
  const [kind, size] = new TextDecoder().decode(bytes.subarray(0, 32)).split("\n");
  const [width, height] = size.split(" ").map(Number);
  assertEquals(kind, "P4");
  return { width, height, bits: bytes.subarray(kind.length + size.length + 2) };
}
