/** The sender's fax machine, and what is on its glass. */
import { deflateSync } from "node:zlib";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import type { Piece } from "./invoice.ts";

/** A round stain, in points from the top left corner of the page. */
export interface Stain {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** A letter-sized page as fine faxes have it: 204 dots an inch across, 196 down. */
const [width, height] = [1728, 2156];
const [pageWidth, pageHeight] = [612, 792];

/** Sends a page that something was spilled on. What arrives is a TIFF in black and white. */
export async function fax(page: readonly Piece[], stain: Stain): Promise<Uint8Array<ArrayBuffer>> {
  const grey = await print(page);
  spill(grey, stain);
  const bits = new Uint8Array(width * height / 8);
  grey.forEach((shade, at) => {
    if (shade < 128) bits[at >> 3] |= 0x80 >> (at & 7);
  });
  return tiffOf(bits);
}

/** A byte for each pixel; 0 is black. */
async function print(page: readonly Piece[]): Promise<Uint8Array> {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(pdfOf(page));
  const { data } = await document.getPage(0).render({ width, height, colorSpace: "Gray" });
  document.destroy();
  library.destroy();
  return data;
}

/** Speckles, the same each time, which grow sparser towards the rim. */
function spill(grey: Uint8Array, { x, y, radius }: Stain): void {
  let seed = 1;
  for (let at = 0; at < grey.length; at++) {
    const across = at % width * pageWidth / width - x,
      down = Math.floor(at / width) * pageHeight / height - y;
    const distance = Math.hypot(across, down) / radius;
    if (distance > 1) continue;
    seed = Math.imul(seed, 1664525) + 1013904223 >>> 0;
    if (seed / 2 ** 32 > distance ** 2 / 2 + 0.45) grey[at] = 0;
  }
}

/** A PDF of one page (ISO 32000-1 section 7.5). */
function pdfOf(page: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const content = page.map(({ x, y, text, points }) =>
    `BT /F ${points} Tf ${x} ${pageHeight - y} Td (${text.replace(/[()\\]/g, "\\$&")}) Tj ET`
  ).join("\n");
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Count 1/Kids[3 0 R]>>",
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${pageWidth} ${pageHeight}]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>`,
    `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  ];
  let file = "%PDF-1.4\n";
  const starts = objects.map((object, at) => {
    const start = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(start).padStart(10, "0")} 00000 n \n`;
  });
  const table = `xref\n0 ${starts.length + 1}\n0000000000 65535 f \n${starts.join("")}`;
  const size = `trailer\n<</Size ${starts.length + 1}/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`;
  return new TextEncoder().encode(file + table + size);
}

/** A TIFF of one strip (TIFF 6.0 section 2), compressed with Deflate. 1 is black. */
function tiffOf(bits: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const strip = deflateSync(bits);
  const [short, long, rational] = [3, 4, 5];
  const stripAt = 8 + 2 + 11 * 12 + 4 + 2 * 8;
  const entries = [
    [256, long, width],
    [257, long, height],
    [258, short, 1],
    [259, short, 8],
    [262, short, 0],
    [273, long, stripAt],
    [277, short, 1],
    [278, long, height],
    [279, long, strip.length],
    [282, rational, stripAt - 16],
    [283, rational, stripAt - 8],
  ] as const;
  const file = new Uint8Array(stripAt + strip.length), view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0, 8, 0, 0, 0, entries.length]);
  entries.forEach(([tag, type, value], at) => {
    const entry = 10 + at * 12;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setUint32(entry + 4, 1, true);
    view.setUint32(entry + 8, value, true);
  });
  [204, 1, 196, 1].forEach((value, at) => view.setUint32(stripAt - 16 + at * 4, value, true));
  file.set(strip, stripAt);
  return file;
}
