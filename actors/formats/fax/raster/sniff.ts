import { errors } from "../errors.ts";

/** What a fax can be. */
export type FaxType = "tiff" | "pdf";

/** How far from its start a PDF may begin: mail gateways put lines before it. */
const PDF_WITHIN = 1_024;

/** What else people send as faxes, by its first bytes. */
const OTHERS: readonly (readonly [name: string, head: string])[] = [
  ["JPEG", "\xff\xd8\xff"],
  ["PNG", "\x89PNG"],
  ["GIF", "GIF8"],
  ["BigTIFF", "II\x2b\x00"],
  ["BigTIFF", "MM\x00\x2b"],
  ["ZIP", "PK\x03\x04"],
  ["PostScript", "%!PS"],
  ["RTF", "{\\rtf"],
  ["HTML", "<!DOCTYPE"],
  ["HTML", "<html"],
  ["HL7", "MSH|"],
];

/** What bytes are, whatever they are called. Fails where nobody reads them. */
export function sniff(bytes: Uint8Array): FaxType {
  if (bytes.length === 0) errors.fail("FAX_BYTES_MISSING");
  const head = String.fromCharCode(...bytes.subarray(0, PDF_WITHIN));
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "tiff";
  const found = OTHERS.find(([, begin]) => head.startsWith(begin))?.[0];
  if (found === undefined && head.includes("%PDF-")) return "pdf";
  return errors.fail("FAX_TYPE_UNSUPPORTED", { found: found ?? "unknown" });
}
