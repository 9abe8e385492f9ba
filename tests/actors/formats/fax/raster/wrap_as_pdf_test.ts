import { assert, assertEquals } from "@std/assert";
import { deflateSync } from "node:zlib";
import type { Bitmap } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import { openPages } from "../../../../../actors/formats/fax/raster/pages.ts";
import { wrapAsPdf } from "../../../../../actors/formats/fax/raster/pdf/wrap_as_pdf.ts";
import { reverseBits } from "../../../../../actors/formats/fax/raster/reverse_bits.ts";
import { TAG } from "../../../../../actors/formats/fax/raster/tiff/directory.ts";
import { openTiff } from "../../../../../actors/formats/fax/raster/tiff/open_tiff.ts";
import { requirePeer } from "../../../../interop/_peers.ts";
import { faxFile, faxFiles } from "../_faxes.ts";
import { encodeG3, encodeG4, encodeRle } from "./_ccitt_encoder.ts";
import { likeWriting, negative, stripsOf, tagsOf, writeTiff, type WrittenPage } from "./_tiff_writer.ts";

const poppler = await requirePeer("poppler-utils");
const qpdf = await requirePeer("qpdf");

const fine = likeWriting(1728, 330, 1), standard = likeWriting(864, 110, 2);
const FINE = { [TAG.xResolution]: 204, [TAG.yResolution]: 196 };
const STANDARD = { [TAG.xResolution]: 204, [TAG.yResolution]: 98 };

/** Two pages in strips of 37 rows, in every way that PDF has a word for. */
const WAYS: readonly (readonly [name: string, tiff: Uint8Array])[] = [
  ["G4", inStrips(4, 0, (strip) => encodeG4(strip))],
  ["G3 of one dimension", inStrips(3, 0, (strip) => encodeG3(strip))],
  ["G3 of one dimension, filled", inStrips(3, 4, (strip) => encodeG3(strip, { hasFill: true }))],
  ["G3 of two dimensions", inStrips(3, 1, (strip) => encodeG3(strip, { k: 4 }))],
  ["G3 of two dimensions, filled", inStrips(3, 5, (strip) => encodeG3(strip, { k: 2, hasFill: true }))],
  ["RLE", inStrips(2, 0, (strip) => encodeRle(strip))],
  ["G4 with 0 for black", inStrips(4, 0, (strip) => encodeG4(negative(strip)), { [TAG.photometric]: 1 })],
  [
    "G4, least significant bit first",
    inStrips(4, 0, (strip) => reverseBits(encodeG4(strip)), { [TAG.fillOrder]: 2 }),
  ],
];

function inStrips(
  compression: number,
  t4Options: number,
  encode: (strip: Bitmap) => Uint8Array,
  more: WrittenPage["tags"] = {},
): Uint8Array {
  const page = (bitmap: Bitmap, tags: WrittenPage["tags"]) => ({
    pieces: stripsOf(bitmap, 37).map(encode),
    tags: {
      ...tagsOf(bitmap, compression),
      [TAG.rowsPerStrip]: 37,
      [TAG.t4Options]: t4Options,
      ...tags,
      ...more,
    },
  });
  return writeTiff([page(fine, FINE), page(standard, STANDARD)]);
}

/** Shows each page by PDFium, at the pixels it has. */
async function assertShown(tiff: Uint8Array): Promise<void> {
  using pages = await openPages(wrapAsPdf(tiff));
  const { layouts, read } = openTiff(tiff);
  assertEquals(pages.count, layouts.length);
  for (const { page } of layouts) {
    const { bitmap, xDpi, yDpi } = read(page), shown = pages.read(page);
    assertEquals([shown.bitmap.width, shown.bitmap.height], [bitmap.width, bitmap.height]);
    assert(shown.bitmap.bits.every((byte, at) => byte === bitmap.bits[at]), `page ${page} differs`);
    assertEquals([shown.xDpi, shown.yDpi].map(Math.round), [xDpi, yDpi].map(Math.round));
  }
}

for (const [name, tiff] of WAYS) {
  Deno.test(`${name} is wrapped as it came, and shown pixel by pixel`, async () => {
    const pdf = wrapAsPdf(tiff);
    assertEquals(wrapAsPdf(tiff), pdf);
    assertEquals(text(pdf).match(/\/CCITTFaxDecode/g)?.length, Math.ceil(330 / 37) + Math.ceil(110 / 37));
    assertEquals(text(pdf).includes("/FlateDecode"), false);
    await assertShown(tiff);
  });

  Deno.test({
    name: `${name} is wrapped as poppler and qpdf read it`,
    ignore: poppler.missing || qpdf.missing,
    async fn() {
      const folder = await Deno.makeTempDir();
      await Deno.writeFile(`${folder}/fax.pdf`, wrapAsPdf(tiff));
      const checked = await qpdf.command(["--check", `${folder}/fax.pdf`]).output();
      assertEquals(checked.code, 0, new TextDecoder().decode(checked.stdout));
      const size = ["-scale-to-x", "1728", "-scale-to-y", "330"];
      const page = ["pdftoppm", "-mono", "-f", "1", "-l", "1", "-singlefile", ...size];
      await poppler.command([...page, `${folder}/fax.pdf`, `${folder}/page`]).output();
      const pbm = await Deno.readFile(`${folder}/page.pbm`);
      assertEquals(text(pbm.subarray(0, 12)), "P4\n1728 330\n");
      assertEquals(pbm.slice(12), fine.bits);
      await Deno.remove(folder, { recursive: true });
    },
  });
}

Deno.test("what PDF has no words for is unpacked, and shown pixel by pixel", async () => {
  const tags = { ...tagsOf(fine, 8), ...FINE };
  const rows = { [TAG.imageLength]: 400, [TAG.rowsPerStrip]: 400 };
  for (
    const page of [
      { pieces: [deflateSync(fine.bits)], tags },
      { pieces: [encodeG3(fine, { hasRtc: true })], tags: { ...tags, [TAG.compression]: 3, ...rows } },
      { pieces: [encodeG4(fine)], tags: { ...tags, [TAG.compression]: 4, [TAG.stripByteCounts]: undefined } },
      { pieces: [spoiled(encodeG3(fine))], tags: { ...tags, [TAG.compression]: 3 } },
    ]
  ) {
    const tiff = writeTiff([page]);
    assertEquals(text(wrapAsPdf(tiff)).includes("/CCITTFaxDecode"), false);
    await assertShown(tiff);
  }
});

Deno.test("a wrapped page is as large as its paper", () => {
  const pdf = text(wrapAsPdf(WAYS[0][1]));
  const boxes = [...pdf.matchAll(/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, ...size]) =>
    size.map(Number)
  );
  assertEquals(boxes.map((size) => size.map(Math.round)), [
    [Math.round(1728 / 204 * 72), Math.round(330 / 196 * 72)],
    [Math.round(864 / 204 * 72), Math.round(110 / 98 * 72)],
  ]);
});

for (const path of faxFiles("variants").filter((path) => path.endsWith(".tif"))) {
  Deno.test(`${path} is wrapped, and shown pixel by pixel`, () => assertShown(faxFile(path)));
}

function spoiled(data: Uint8Array): Uint8Array {
  return data.with(data.length >> 1, 0x02).with((data.length >> 1) + 1, 0x02);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
