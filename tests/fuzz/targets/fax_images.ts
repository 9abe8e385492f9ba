import { deflateSync } from "node:zlib";
import { wrapAsPdf } from "../../../actors/formats/fax/raster/pdf/wrap_as_pdf.ts";
import { writePng } from "../../../actors/formats/fax/raster/png.ts";
import { RASTER_LIMITS } from "../../../actors/formats/fax/raster/limits.ts";
import { sniff } from "../../../actors/formats/fax/raster/sniff.ts";
import { TAG } from "../../../actors/formats/fax/raster/tiff/directory.ts";
import { openTiff } from "../../../actors/formats/fax/raster/tiff/open_tiff.ts";
import { encodeG3, encodeG4, encodeRle } from "../../actors/formats/fax/raster/_ccitt_encoder.ts";
import { likeWriting, stripsOf, tagsOf, writeTiff } from "../../actors/formats/fax/raster/_tiff_writer.ts";
import { must, type Target } from "../target.ts";

/** Small, so that an input is read in little time; no smaller than a page that says it is large in few bytes. */
const LIMITS = {
  ...RASTER_LIMITS,
  pagesMax: 20,
  widthMax: 4_000,
  heightMax: 4_000,
  pagePixelsMax: 1_000_000,
};

const page = likeWriting(120, 40);
const strips = stripsOf(page, 16);
const twoWays = { ...tagsOf(page, 3), [TAG.rowsPerStrip]: 16, [TAG.t4Options]: 1 };
const tiles = {
  ...tagsOf(page, 4),
  [TAG.rowsPerStrip]: undefined,
  [TAG.tileWidth]: 64,
  [TAG.tileLength]: 48,
};
const grey = { ...tagsOf(page, 8), [TAG.bitsPerSample]: 8, [TAG.photometric]: 1, [TAG.predictor]: 2 };

/** TIFF files that come as faxes. */
export const faxImageTarget: Target = {
  name: "fax_image",
  seeds: [
    writeTiff([{ pieces: [encodeG4(page)], tags: tagsOf(page, 4) }]),
    writeTiff([
      { pieces: strips.map((strip) => encodeG3(strip, { k: 4 })), tags: twoWays },
      { pieces: [encodeG3(page, { hasRtc: true })], tags: tagsOf(page, 3) },
    ]),
    writeTiff([{ pieces: [encodeRle(page)], tags: { ...tagsOf(page, 2), [TAG.fillOrder]: 2 } }], {
      isLittle: false,
    }),
    writeTiff([{
      pieces: [likeWriting(64, 48), likeWriting(64, 48, 2)].map((tile) => encodeG4(tile)),
      tags: tiles,
    }]),
    writeTiff([{ pieces: [deflateSync(new Uint8Array(120 * 40).fill(9))], tags: grey }]),
    writeTiff([{ pieces: [Uint8Array.of(0x80, 0x01, 0x02, 0x04)], tags: tagsOf(page, 5) }]),
    writeTiff([{ pieces: [Uint8Array.of(0xee, 0x55, 2, 1, 2, 3, 0x80)], tags: tagsOf(page, 32773) }]),
  ],
  words: [
    ...Object.values(TAG).map((tag) => String.fromCharCode(tag & 0x7f, tag >> 8)),
    "\x01\0\0\0",
    "\x04\0\x01\0\0\0",
    "\x7f\x7f\x7f\x7f",
    "\x01\x01\0\0",
    "\0\0\0\0",
  ],
  bytesMax: 20_000,
  attempt(input) {
    if (sniff(input) !== "tiff") return undefined;
    const { layouts, read } = openTiff(input, LIMITS);
    const pages = layouts.map(({ page, width, height }) => {
      const { bitmap, damagedLines, xDpi, yDpi } = read(page);
      must(
        bitmap.width === width && bitmap.height <= height && bitmap.height > 0,
        "a page is as large as it says",
      );
      must(bitmap.bits.length === bitmap.stride * bitmap.height, "a bitmap has every row");
      const spare = bitmap.stride * 8 - width,
        last = bitmap.bits.filter((_, at) => (at + 1) % bitmap.stride === 0);
      must(last.every((byte) => (byte & (1 << spare) - 1) === 0), "nothing is black behind a row");
      must(damagedLines <= bitmap.height, "no more lines are damaged than there are");
      must(xDpi > 0 && yDpi > 0 && xDpi < 10_000 && yDpi < 10_000, "a page has a resolution");
      return writePng(bitmap).length;
    });
    wrapAsPdf(input, LIMITS);
    return pages;
  },
};
