import { invoice } from "../../examples/fax_invoice/invoice.ts";
import { writePdf } from "../actors/formats/fax/raster/_pdf.ts";

/** What a page says otherwise than the example's invoice, by what that says. */
export type Otherwise = Readonly<Record<string, string>>;

/** The example's invoice as a small PDF that never was paper: it is read by its own words, in next to no time. */
export function invoicePdf(otherwise: Otherwise, times = 1): Uint8Array<ArrayBuffer> {
  const content = invoice.map(({ x, y, text, points }) => {
    const said = Object.entries(otherwise).reduce((said, [from, to]) => said.replace(from, to), text);
    return `BT /F ${points / 2} Tf ${x / 2} ${(420 - y) / 2} Td (${said.replace(/[()\\]/g, "\\$&")}) Tj ET`;
  });
  return writePdf({ content: content.join("\n"), box: "0 0 306 210", times });
}

/** Registers the patient whose invoice it is. */
export const registered = new TextEncoder().encode(
  "MSH|^~\\&|ADT|A|B|C|20260105081500||ADT^A04|1|P|2.5.1\rPID|1||200532^^^ST E^MR||Okonkwo^Chidi||19881121|M\r",
);
