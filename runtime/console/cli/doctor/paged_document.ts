import { MitralError } from "../../../contract/error.ts";
import { isDocumentBody } from "../../../contract/document.ts";
import type { Format } from "../../../contract/format.ts";
import { plural } from "../figures.ts";
import type { Step } from "./step.ts";

/** How far from its start a PDF may begin: mail gateways put lines before it. */
const PDF_WITHIN = 1_024;

/** What a file is by its first bytes, where that is made of pages, and holds no message. */
export function pagedTypeOf(bytes: Uint8Array): "TIFF" | "PDF" | undefined {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, PDF_WITHIN));
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "TIFF";
  return head.includes("%PDF-") && !head.startsWith("MSH") ? "PDF" : undefined;
}

/** What can be said of a fax without reading it. */
export function examinePaged(type: "TIFF" | "PDF", bytes: Uint8Array, fax: Format): readonly Step[] {
  try {
    const body = fax.parse(bytes);
    const pages = isDocumentBody(body) ? body.document.pages : [];
    const sizes = new Set(pages.map(({ width, height }) => `${width} × ${height}`));
    const of = pages.length === 0
      ? ""
      : ` of ${plural(pages.length, "page")} (${[...sizes].join(", ")} pixels)`;
    return [{
      state: "ok",
      says: `It is a ${type}${of}, as faxes are, and holds no HL7 v2 message`,
      hint: "what is read of it: mitral fax test TEMPLATE FILE; a template for it: mitral fax learn FILE",
    }];
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    return [{ state: "bad", code: cause.code, says: `It is a ${type}, as faxes are: ${cause.message}` }];
  }
}
