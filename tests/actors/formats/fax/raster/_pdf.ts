import { type PdfObject, PdfWriter } from "../../../../../actors/formats/fax/raster/pdf/pdf_writer.ts";

/** What a page of a test's PDF is made of. */
export interface TestPage {
  /** Operators of its content. */
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** Entries of the dictionary of the content's stream. */
  readonly contentEntries?: string;
  /** Entries of its resources, beside the font `/F`. */
  readonly resources?: (pdf: PdfWriter) => string;
  /** Entries of the page. */
  readonly entries?: string;
  /** Corners of the page, in points. */
  readonly box?: string;
  /** How many times it is shown. */
  readonly times?: number;
}

/** A PDF of one page, or of the same page many times. */
export function writePdf(page: TestPage): Uint8Array<ArrayBuffer> {
  const pdf = new PdfWriter(), root = pdf.reserve(), tree = pdf.reserve(), number = pdf.reserve();
  const content = typeof page.content === "string" ? new TextEncoder().encode(page.content) : page.content;
  const stream = pdf.writeStream(page.contentEntries ?? "", content);
  const font = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>";
  const resources = font + (page.resources?.(pdf) ?? "");
  const box = page.box ?? "0 0 612 792";
  pdf.write(
    `<</Type/Page/Parent ${tree} 0 R/MediaBox[${box}]/Resources<<${resources}>>/Contents ${stream} 0 R` +
      `${page.entries ?? ""}>>`,
    number,
  );
  const kids = `${number} 0 R `.repeat(page.times ?? 1);
  pdf.write(`<</Type/Pages/Count ${page.times ?? 1}/Kids[${kids}]>>`, tree);
  pdf.write(`<</Type/Catalog/Pages ${tree} 0 R>>`, root);
  return pdf.finish(root);
}

/** An image without a filter: `rows` bytes of `width` / 8 each. */
export function writeImage(pdf: PdfWriter, width: number, height: number, bits: Uint8Array): PdfObject {
  return pdf.writeStream(
    `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceGray/BitsPerComponent 1`,
    bits,
  );
}

/** The same file with other text in it, as many letters long: places in it stay right. */
export function withText(pdf: Uint8Array, from: string, to: string): Uint8Array<ArrayBuffer> {
  const text = Array.from(pdf, (byte) => String.fromCharCode(byte)).join("").replace(from, to);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
