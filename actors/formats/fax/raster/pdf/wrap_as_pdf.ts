import { deflateSync } from "node:zlib";
import type { Bitmap } from "../bitmap.ts";
import { RASTER_LIMITS, type RasterLimits } from "../limits.ts";
import { reverseBits } from "../reverse_bits.ts";
import type { PageLayout } from "../tiff/layout.ts";
import { openTiff } from "../tiff/open_tiff.ts";
import { windowsOf } from "../tiff/windows.ts";
import { type PdfObject, PdfWriter } from "./pdf_writer.ts";

const POINTS_PER_INCH = 72;
/**
 * Pixels by which an image is smaller than its place, at each edge. Viewers show every pixel that an image touches: a strip
 * that by rounding ends a little lower than it should would be drawn a line higher than it is.
 */
const INSET = 0.005;

/** A piece of a page from edge to edge. */
interface Piece {
  readonly image: PdfObject;
  readonly rows: number;
}

/**
 * A TIFF as PDF, for those who have no viewer of TIFF. Strips of G3, G4 and RLE go in as they came, with what PDF calls
 * their encoding (ISO 32000-1 section 7.4.6). Pages that cannot be said so are unpacked and compressed anew without loss:
 * tiles, other compressions, and pages with lines that each viewer would conceal in its own way. The same TIFF gives the same
 * bytes. Fails as reading the TIFF does.
 */
export function wrapAsPdf(tiff: Uint8Array, limits: RasterLimits = RASTER_LIMITS): Uint8Array<ArrayBuffer> {
  const wrapping = wrapPageByPage(tiff, limits);
  for (;;) {
    const { done, value } = wrapping.next();
    if (done) return value;
  }
}

/** The same, with a rest behind each page. */
export function* wrapPageByPage(
  tiff: Uint8Array,
  limits: RasterLimits = RASTER_LIMITS,
): Generator<void, Uint8Array<ArrayBuffer>> {
  const { layouts, read } = openTiff(tiff, limits);
  const pdf = new PdfWriter(), root = pdf.reserve(), tree = pdf.reserve();
  const pages: PdfObject[] = [];
  for (const layout of layouts) {
    const strips = stripsOf(tiff, layout);
    // Where lines of G4 are damaged the whole document was refused; those of G3 and RLE have to be looked at.
    const page = strips && layout.packing === "g4" ? undefined : read(layout.page);
    const pieces = strips && (page === undefined || page.isAsSaid)
      ? strips.map((strip) => writeStrip(pdf, layout, strip))
      : [writeBitmap(pdf, (page ?? read(layout.page)).bitmap)];
    pages.push(writePage(pdf, tree, pieces, layout));
    yield;
  }
  pdf.write(`<</Type/Catalog/Pages ${tree} 0 R>>`, root);
  pdf.write(
    `<</Type/Pages/Count ${pages.length}/Kids[${pages.map((page) => `${page} 0 R`).join(" ")}]>>`,
    tree,
  );
  return pdf.finish(root);
}

/** A page's strips with their rows; `undefined` where PDF has no words for them. */
function stripsOf(tiff: Uint8Array, layout: PageLayout) {
  const { packing, across, pieceWidth, pieceHeight, width, height } = layout;
  const isStrips = across === 1 && pieceWidth === width && pieceHeight !== undefined;
  if (!isStrips || packing !== "g3" && packing !== "g4" && packing !== "rle") return undefined;
  const windows = windowsOf(layout, tiff.length);
  if (!windows.every(({ isSaid, isClipped }) => isSaid && !isClipped)) return undefined;
  return windows.map(({ from, to }, at) => ({
    data: tiff.subarray(from, to),
    rows: Math.min(pieceHeight, height - at * pieceHeight),
  }));
}

function writeStrip(
  pdf: PdfWriter,
  { packing, is2d, width, isZeroBlack, isLsbFirst }: PageLayout,
  { data, rows }: { readonly data: Uint8Array; readonly rows: number },
): Piece {
  const k = packing === "g4" ? -1 : packing === "g3" && is2d ? 4 : 0;
  const between = packing === "g3" ? "/EndOfLine true" : packing === "rle" ? "/EncodedByteAlign true" : "";
  const black = isZeroBlack ? "/BlackIs1 true" : "";
  const parameters = `<</K ${k}/Columns ${width}/Rows ${rows}/EndOfBlock false${between}${black}>>`;
  const entries = `${imageEntries(width, rows)}/Filter/CCITTFaxDecode/DecodeParms${parameters}`;
  return { image: pdf.writeStream(entries, isLsbFirst ? reverseBits(data) : data), rows };
}

function writeBitmap(pdf: PdfWriter, { width, height, bits }: Bitmap): Piece {
  const entries = `${imageEntries(width, height)}/Decode[1 0]/Filter/FlateDecode`;
  return { image: pdf.writeStream(entries, deflateSync(bits)), rows: height };
}

function imageEntries(width: number, rows: number): string {
  return `/Type/XObject/Subtype/Image/Width ${width}/Height ${rows}/ColorSpace/DeviceGray/BitsPerComponent 1`;
}

function writePage(
  pdf: PdfWriter,
  tree: PdfObject,
  pieces: readonly Piece[],
  { width, xDpi, yDpi }: PageLayout,
): PdfObject {
  const height = pieces.reduce((sum, { rows }) => sum + rows, 0);
  let below = height;
  const content = pieces.map(({ rows }, at) => {
    below -= rows;
    const size = `${points(width - 2 * INSET, xDpi)} 0 0 ${points(rows - 2 * INSET, yDpi)}`;
    return `q ${size} ${points(INSET, xDpi)} ${points(below + INSET, yDpi)} cm /I${at} Do Q\n`;
  }).join("");
  const images = pieces.map(({ image }, at) => `/I${at} ${image} 0 R`).join("");
  const stream = pdf.writeStream("", new TextEncoder().encode(content));
  const box = `[0 0 ${points(width, xDpi)} ${points(height, yDpi)}]`;
  return pdf.write(
    `<</Type/Page/Parent ${tree} 0 R/MediaBox${box}/Resources<</XObject<<${images}>>>>/Contents ${stream} 0 R>>`,
  );
}

function points(pixels: number, dpi: number): string {
  return (pixels / dpi * POINTS_PER_INCH).toFixed(6);
}
