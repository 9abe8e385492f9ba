import { assertEquals } from "@std/assert";
import { crc32, inflateSync } from "node:zlib";
import { cropBitmap, cropGrey, type Grey } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import { writePng } from "../../../../../actors/formats/fax/raster/png.ts";
import { requirePeer } from "../../../../interop/_peers.ts";
import { drawn, likeWriting, negative } from "./_tiff_writer.ts";

const netpbm = await requirePeer("netpbm");

const page = likeWriting(301, 60);
const grey: Grey = { width: 5, height: 3, pixels: Uint8Array.from({ length: 15 }, (_, at) => at * 17) };

Deno.test("a bitmap is written with a bit for each pixel, of which 1 is white", () => {
  const { header, rows } = readPng(writePng(page));
  assertEquals(header, [301, 60, 1, 0]);
  const white = negative(page).bits;
  for (let y = 0; y < 60; y++) {
    const row = rows.subarray(y * 39, (y + 1) * 39);
    assertEquals(row[0], 0);
    assertEquals(row.slice(1, 38), white.slice(y * 38, y * 38 + 37));
  }
});

Deno.test("grey is written with a byte for each pixel", () => {
  const { header, rows } = readPng(writePng(grey));
  assertEquals(header, [5, 3, 8, 0]);
  assertEquals([...rows], [
    0,
    ...grey.pixels.slice(0, 5),
    0,
    ...grey.pixels.slice(5, 10),
    0,
    ...grey.pixels.slice(10),
  ]);
});

Deno.test("a picture says at what size it is shown where that is known", () => {
  const { chunks } = readPng(writePng(grey, 204));
  const view = new DataView(chunks.get("pHYs")!.slice().buffer);
  assertEquals([view.getUint32(0), view.getUint32(4), view.getUint8(8)], [8031, 8031, 1]);
});

Deno.test({
  name: "netpbm reads what is written",
  ignore: netpbm.missing,
  async fn() {
    const file = await Deno.makeTempFile();
    for (
      const [picture, head, pixels] of [
        [page, "P4\n301 60\n", page.bits],
        [grey, "P5\n5 3\n255\n", grey.pixels],
      ] as const
    ) {
      await Deno.writeFile(file, writePng(picture, 204));
      const { stdout } = await netpbm.command([file]).output();
      assertEquals(new TextDecoder().decode(stdout.subarray(0, head.length)), head);
      assertEquals(stdout.slice(head.length), pixels);
    }
    await Deno.remove(file);
  },
});

Deno.test("what stands in a box is cut out of a bitmap, up to its edge", () => {
  const isBlack = (x: number, y: number) =>
    (page.bits[y * page.stride + (x >> 3)] >> (7 - (x & 7)) & 1) === 1;
  for (
    const [x0, y0, x1, y1] of [[0, 0, 301, 60], [3, 5, 50, 20], [8, 0, 24, 1], [290, 50, 999, 999], [
      -9,
      -9,
      7,
      7,
    ]]
  ) {
    const left = Math.max(0, x0), top = Math.max(0, y0);
    const expected = drawn(
      Math.min(301, x1) - left,
      Math.min(60, y1) - top,
      (x, y) => isBlack(left + x, top + y),
    );
    assertEquals(cropBitmap(page, { x0, y0, x1, y1 }), expected);
  }
  assertEquals(cropBitmap(page, { x0: 400, y0: 5, x1: 500, y1: 6 }).width, 0);
});

Deno.test("what stands in a box is cut out of grey, up to its edge", () => {
  const crop = cropGrey(grey, { x0: 3, y0: 1, x1: 9, y1: 3 });
  assertEquals(crop, { width: 2, height: 2, pixels: Uint8Array.of(8 * 17, 9 * 17, 13 * 17, 14 * 17) });
});

/** Reads a PNG (RFC 2083) as far as the writer goes, and checks every chunk. */
function readPng(png: Uint8Array) {
  assertEquals([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer), chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at), end = at + 8 + length;
    assertEquals(view.getUint32(end), crc32(png.subarray(at + 4, end)));
    chunks.set(new TextDecoder().decode(png.subarray(at + 4, at + 8)), png.subarray(at + 8, end));
    at = end + 4;
  }
  assertEquals([...chunks.keys()].at(-1), "IEND");
  const header = new DataView(chunks.get("IHDR")!.slice().buffer);
  return {
    chunks,
    header: [header.getUint32(0), header.getUint32(4), header.getUint8(8), header.getUint8(9)],
    rows: new Uint8Array(inflateSync(chunks.get("IDAT")!)),
  };
}
