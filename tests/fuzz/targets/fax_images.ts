import { deflateSync } from "node:zlib";
import { wrapAsPdf } from "../../../actors/formats/fax/raster/pdf/wrap_as_pdf.ts";
import { writePng } from "../../../actors/formats/fax/raster/png.ts";
import { RASTER_LIMITS } from "../../../actors/formats/fax/raster/limits.ts";
import { sniff } from "../../../actors/formats/fax/raster/sniff.ts";
import { TAG } from "../../../actors/formats/fax/raster/tiff/directory.ts";
import { openTiff } from "../../../actors/formats/fax/raster/tiff/open_tiff.ts";
import { encodeG3, encodeG4, encodeRle } from "../../actors/formats/fax/raster/_ccitt_encoder.ts";
import {
  likeWriting,
  lzwCodes,
  stripsOf,
  tagsOf,
  writeTiff,
  writeTiffAhead,
  type WrittenPage,
} from "../../actors/formats/fax/raster/_tiff_writer.ts";
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
const TILES = [likeWriting(64, 48), likeWriting(64, 48, 2)];
const threeStrips = { [TAG.rowsPerStrip]: 16, [TAG.t4Options]: 1 };
const tiles = { [TAG.rowsPerStrip]: undefined, [TAG.tileWidth]: 64, [TAG.tileLength]: 48 };
const grey = { [TAG.bitsPerSample]: 8, [TAG.photometric]: 1, [TAG.predictor]: 2 };

const PACKED: readonly { readonly data: Uint8Array; readonly tags: WrittenPage["tags"] }[] = [
  { data: encodeG4(page), tags: tagsOf(page, 4) },
  { data: encodeG3(page), tags: tagsOf(page, 3) },
  {
    data: encodeG3(page, { hasRtc: true, hasFill: true }),
    tags: { ...tagsOf(page, 3), [TAG.imageLength]: 50 },
  },
  { data: encodeG3(page, { k: 4 }), tags: { ...tagsOf(page, 3), [TAG.t4Options]: 1, [TAG.photometric]: 1 } },
  { data: encodeRle(page), tags: { ...tagsOf(page, 2), [TAG.rowsPerStrip]: 7 } },
  { data: encodeRle(page, 16), tags: tagsOf(page, 32771) },
  {
    data: lzwCodes([256, ...page.bits.subarray(0, 12), 258, 260, 257]),
    tags: { ...tagsOf(page, 5), [TAG.imageLength]: 1 },
  },
  {
    data: Uint8Array.of(0xf2, 0x55, 14, ...page.bits.subarray(0, 15)),
    tags: { ...tagsOf(page, 32773), [TAG.imageLength]: 2 },
  },
  { data: deflateSync(new Uint8Array(120 * 40).fill(9)), tags: { ...tagsOf(page, 8), ...grey } },
  { data: page.bits, tags: tagsOf(page, 1) },
];

const HEAD = Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0);

/** TIFF files that come as faxes. */
export const faxImageTarget: Target = {
  name: "fax_image",
  seeds: [
    writeTiff(PACKED.slice(0, 2).map(({ data, tags }) => ({ pieces: [data], tags }))),
    writeTiffAhead({
      pieces: strips.map((strip) => encodeG3(strip, { k: 4 })),
      tags: { ...tagsOf(page, 3), ...threeStrips },
    }),
    writeTiffAhead({ pieces: TILES.map((tile) => encodeG4(tile)), tags: { ...tagsOf(page, 4), ...tiles } }),
    ...PACKED.map(({ data, tags }) => writeTiffAhead({ pieces: [data], tags })),
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
    if (sniff(input) === "tiff") return readAll(input);
  },
};

/** The same with a head that is right, so that what stands behind it is looked at. */
export const faxDirectoryTarget: Target = {
  ...faxImageTarget,
  name: "fax_directory",
  attempt(input) {
    const tiff = new Uint8Array(Math.max(input.length, HEAD.length));
    tiff.set(input);
    tiff.set(HEAD);
    return readAll(tiff);
  },
};

/** What telephone lines make of strips: the first byte says how they are coded, and how large the page is. */
export const faxStripTarget: Target = {
  name: "fax_strip",
  seeds: PACKED.map(({ data }, at) => Uint8Array.of(at, ...data)),
  words: ["\0", "\0\0", "\0\x01", "\0\x10\x01", "\x01\x02", "U", "\x7f"],
  bytesMax: 20_000,
  attempt(input) {
    if (input.length === 0) return undefined;
    const { tags } = PACKED[input[0] % PACKED.length];
    return readAll(writeTiffAhead({ pieces: [input.subarray(1)], tags }));
  },
};

/** Reads every page, wraps the whole, and holds what was read to its laws. */
function readAll(tiff: Uint8Array) {
  const { layouts, read } = openTiff(tiff, LIMITS);
  const pages = layouts.map(({ page, width, height }) => {
    const { bitmap, damagedLines, xDpi, yDpi } = read(page);
    const { bits, stride } = bitmap;
    must(
      bitmap.width === width && bitmap.height <= height && bitmap.height > 0,
      "a page is as large as it says",
    );
    must(bits.length === stride * bitmap.height, "a bitmap has every row");
    const last = bits.filter((_, at) => (at + 1) % stride === 0), spare = (1 << stride * 8 - width) - 1;
    must(last.every((byte) => (byte & spare) === 0), "nothing is black behind a row");
    must(damagedLines <= bitmap.height, "no more lines are damaged than there are");
    must([xDpi, yDpi].every((dpi) => dpi > 0 && dpi < 10_000), "a page has a resolution");
    return writePng(bitmap).length;
  });
  wrapAsPdf(tiff, LIMITS);
  return pages;
}
