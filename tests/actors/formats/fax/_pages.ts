import type { Ink } from "../../../../actors/formats/fax/prepare/ink.ts";
import { unpack } from "../../../../actors/formats/fax/prepare/ink.ts";
import type { Bitmap } from "../../../../actors/formats/fax/raster/bitmap.ts";
import { PdfPages } from "../../../../actors/formats/fax/raster/pdf/open_pdf.ts";
import { writePdf } from "./raster/_pdf.ts";
import { tagsOf, writeTiff } from "./raster/_tiff_writer.ts";

/** Lines of text on a letter-sized page, as a fax has it: black and white, 204 pixels to the inch. */
export async function typed(lines: readonly string[], { points = 12 } = {}): Promise<Bitmap> {
  const text = lines.map((line, at) =>
    `BT /F ${points} Tf 72 ${700 - at * points * 2} Td (${line.replace(/[()\\]/g, "\\$&")}) Tj ET`
  );
  using pages = await PdfPages.open(writePdf({ content: text.join("\n") }));
  return pages.read(1).bitmap;
}

/** The same, with a byte for each pixel. */
export async function typedInk(lines: readonly string[]): Promise<Ink> {
  return unpack(await typed(lines));
}

/** A letter that nobody wrote. */
export const LETTER: readonly string[] = [
  "Springfield Regional Hospital",
  "Patient: Morgan Delacroix   MRN 7486688",
  "Date of birth: January 15, 1981",
  "",
  "Dear colleague,",
  "thank you for seeing this patient, who was admitted with chest pain on",
  "exertion. Blood pressure was 142 over 88, and the pulse regular at 76.",
  "An electrocardiogram shows no change since the last visit in spring.",
  "Total charges for the visit: 1234.50 dollars, paid by the insurer.",
  "Please call 217 555 0100 with any questions about medication.",
];

/** Pages as one TIFF, not compressed. */
export function asTiff(pages: readonly Bitmap[]): Uint8Array {
  return writeTiff(pages.map((page) => ({ pieces: [page.bits], tags: tagsOf(page, 1) })));
}

/** A picture of letters: `#` is black. */
export function ink(...rows: readonly string[]): Ink {
  const width = rows[0].length;
  return {
    width,
    height: rows.length,
    ink: Uint8Array.from(rows.join(""), (letter) => letter === "#" ? 1 : 0),
  };
}

/** The reverse. */
export function drawn({ width, height, ink }: Ink): readonly string[] {
  return Array.from(
    { length: height },
    (_, y) => Array.from(ink.subarray(y * width, (y + 1) * width), (black) => black ? "#" : ".").join(""),
  );
}
