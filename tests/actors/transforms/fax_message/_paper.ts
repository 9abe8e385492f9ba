import type {
  DocumentBody,
  DocumentPatient,
  ReadRow,
  ReadValue,
  RecognisedDocument,
} from "../../../../runtime/contract/document.ts";
import { Lines } from "../../_lines.ts";

/** A document of one page that says nothing: tests fill in what they are about. */
export function paper(change: Partial<RecognisedDocument> = {}): Paper {
  return new Paper({
    version: 1,
    kind: "unknown",
    pages: [{
      width: 1728,
      height: 2200,
      quality: 0.9,
      isGated: false,
      text: "",
      barcodes: [],
      damagedLines: 0,
    }],
    fields: {},
    tables: {},
    checks: [],
    hasSeveralPatients: false,
    patient,
    clearance: { approvedBy: [], atMs: 1_000 },
    ...change,
  });
}

/** Whom it is about, as the index has it. */
export const patient: DocumentPatient = {
  mrn: "0042",
  authority: "STE",
  family: "Delacroix",
  given: "William J",
  birthDate: "19810115",
  sex: "M",
  source: "index",
};

/** Values as two passes over page 1 would give them, all alike. */
export function read(values: Readonly<Record<string, string>>): ReadRow {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, seen(value)]));
}

/** One such value. */
export function seen(value: string | null, change: Partial<ReadValue> = {}): ReadValue {
  const box = { x0: 10, y0: 20, x1: 30, y1: 40 };
  return { value, raw: value ?? "?", confidence: 0.97, source: "ocr", page: 1, box, ...change };
}

/** A body made of pages, whose bytes as PDF are `PDF`. */
export class Paper extends Lines implements DocumentBody {
  override readonly contentType = "image/tiff; fax-provider=test";
  constructor(readonly document: RecognisedDocument, readonly content = "TIFF") {
    super("");
  }
  override toBytes(): Uint8Array {
    return new TextEncoder().encode(this.content);
  }
  withDocument(document: RecognisedDocument): Paper {
    return new Paper(document, this.content);
  }
  attachment(): Promise<{ contentType: string; bytes: Uint8Array }> {
    return Promise.resolve({ contentType: "application/pdf", bytes: new TextEncoder().encode("PDF") });
  }
}
