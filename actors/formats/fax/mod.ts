import type { RecognisedDocument } from "../../../runtime/contract/document.ts";
import { faxArrivalOf } from "../../../runtime/contract/fax_arrival.ts";
import { defineFormat } from "../../../runtime/contract/format.ts";
import { contentTypeOf, FAX_TYPES, FaxBody } from "./document_body.ts";
import { errors } from "./errors.ts";
import { checkPath } from "./path.ts";
import { sniff } from "./raster/sniff.ts";
import { openTiff } from "./raster/tiff/open_tiff.ts";
import { settings } from "./settings.ts";
import { errors as templateErrors } from "./understand/errors.ts";

export { FaxBody } from "./document_body.ts";

/**
 * Faxed documents: TIFF-F (RFC 2301) and PDF. In a channel they are read by OCR: what kind of document it is, whom it is
 * about, and its values, each with how sure that is. Without one, as in a test of a gateway file, nothing on them is known.
 */
export default defineFormat({
  name: "fax",
  about: "Faxed invoices, laboratory reports and letters, read by OCR.",
  contentTypes: FAX_TYPES,
  config: settings,
  errors: { ...errors.faults, ...templateErrors.faults },
  async checkFiles({ config: { templates }, disk }) {
    if (templates === undefined) return;
    await (await import("./template_folder.ts")).readTemplates(disk, templates);
  },
  parse(bytes, { contentType }) {
    return new FaxBody(bytes, contentTypeOf(bytes, contentType), unread(bytes));
  },
  recogniser: async (tools) => (await import("./recogniser.ts")).openRecogniser(tools),
  identify(_, { contentType }) {
    const arrival = contentType === undefined ? undefined : faxArrivalOf(contentType);
    const controlId = arrival ? `${arrival.provider}:${arrival.faxId}` : "";
    return { controlId, type: "", sender: arrival?.from ?? "", purpose: "message" };
  },
  /** Faxes of one patient stay in order; those of whom nobody knows whose they are, among each other. */
  keys({ document: { patient } }) {
    return [patient ? `${patient.mrn}^${patient.authority}` : "nobody known"];
  },
  patients({ document: { patient } }) {
    if (!patient) return [];
    return [[{ id: patient.mrn, ...(patient.authority !== "" && { assigner: patient.authority }) }]];
  },
  search: { kind: "kind", patient: "mrn", invoice: "invoiceNo", accession: "accession" },
  checkPath,
});

/** What bytes alone tell: of a TIFF, how many pages it has. */
function unread(bytes: Uint8Array): RecognisedDocument {
  const layouts = sniff(bytes) === "tiff" ? openTiff(bytes).layouts : [];
  return {
    version: 1,
    kind: "unknown",
    pages: layouts.map(({ width, height }) => ({
      width,
      height,
      quality: 0,
      isGated: true,
      text: "",
      barcodes: [],
      damagedLines: 0,
    })),
    fields: {},
    tables: {},
    checks: [],
    hasSeveralPatients: false,
  };
}
