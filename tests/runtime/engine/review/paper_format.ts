import type { DocumentBody, ReadValue, RecognisedDocument } from "../../../../runtime/contract/document.ts";
import { valueAt } from "../../../../runtime/contract/document.ts";
import { defineFormat } from "../../../../runtime/contract/format.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { isDocumentBody } from "../../../../runtime/contract/document.ts";
import type { Body, Message } from "../../../../runtime/contract/message.ts";
import { step } from "../gateway_rig.ts";
import { NoteBody } from "../note_format.ts";

/** A value read with confidence, on page 1. */
export function read(value: string | null, confidence = 0.99, change: Partial<ReadValue> = {}): ReadValue {
  return {
    value,
    raw: value ?? "",
    confidence,
    source: "ocr",
    page: 1,
    box: { x0: 1, y0: 2, x1: 3, y1: 4 },
    ...change,
  };
}

/** An invoice of two lines that was read without a doubt, but for its patient. */
export function invoice(change: Partial<RecognisedDocument> = {}): RecognisedDocument {
  return {
    version: 1,
    kind: "invoice",
    template: { name: "plain_invoice", version: 1, score: 0.9 },
    pages: [{
      ...{ width: 100, height: 100, quality: 1, isGated: false, text: "INVOICE", barcodes: [] },
      damagedLines: 0,
    }],
    fields: {
      mrn: read("4711"),
      patientName: read("Ingrid Baxter"),
      dob: read("19810210"),
      total: read("30.00"),
    },
    tables: {
      lines: [
        { code: read("99213"), amount: read("10.00") },
        { code: read("85025"), amount: read("20.00") },
      ],
    },
    checks: [],
    hasSeveralPatients: false,
    ...change,
  };
}

/** A laboratory report of one line. */
export function labReport(change: Partial<RecognisedDocument> = {}): RecognisedDocument {
  return invoice({
    kind: "lab_report",
    tables: { lines: [{ name: read("Potassium"), value: read("4.1") }] },
    ...change,
  });
}

/** Bytes that are read as a document. */
export function paper(id: string, document: RecognisedDocument = invoice()): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ id, document }));
}

/** A document of the tests. `total` holds where it is the sum of `lines.amount`: checks are made anew with each change. */
export class PaperBody implements DocumentBody {
  readonly contentType = "application/x-paper";
  constructor(readonly bytes: Uint8Array, readonly document: RecognisedDocument) {}
  withDocument(document: RecognisedDocument): DocumentBody {
    const sum = document.tables.lines?.reduce((sum, { amount }) => sum + Number(amount?.value ?? 0), 0);
    const checks = document.checks.map((check) => ({
      ...check,
      isMet: sum === Number(document.fields.total?.value),
    }));
    return new PaperBody(this.bytes, { ...document, checks });
  }
  normalise(path: string, text: string): string | null {
    if (path === "dob") {
      return /^\d\d\/\d\d\/\d{4}$/.test(text) ? text.slice(6) + text.slice(0, 2) + text.slice(3, 5) : text;
    }
    if (!/total|amount$/.test(path)) return text;
    const money = text.replaceAll(",", "");
    return /^\d+\.\d\d$/.test(money) ? money : null;
  }
  attachment() {
    return Promise.resolve({ contentType: "application/pdf", bytes: this.bytes });
  }
  get(path: string): string | undefined {
    return valueAt(this.document, path)?.value ?? undefined;
  }
  getAll(path: string): readonly string[] {
    const value = this.get(path);
    return value === undefined ? [] : [value];
  }
  with(): never {
    throw new TypeError("paper is not written on");
  }
  without(): never {
    throw new TypeError("paper is not written on");
  }
  places(): readonly string[] {
    return [];
  }
  resolve(path: string): string {
    return path;
  }
  split(): readonly PaperBody[] {
    return [this];
  }
  *leaves(): Iterable<readonly [string, string]> {}
  toBytes(): Uint8Array {
    return this.bytes;
  }
}

function bodyOf(bytes: Uint8Array): PaperBody {
  return new PaperBody(bytes, JSON.parse(new TextDecoder().decode(bytes)).document);
}

/** How often something was recognised, and what that waits for; a test sets both back. */
export const recognised: { count: number; after: (signal: AbortSignal) => Promise<void> } = {
  count: 0,
  after: () => Promise.resolve(),
};

/** The tests' own format of documents made of pages: JSON, which a recogniser reads as if it were pictures. */
export const paperFormat = defineFormat({
  name: "paper",
  about: "A document as JSON.",
  contentTypes: ["application/x-paper"],
  config: {},
  errors: {},
  parse: (bytes) => new PaperBody(bytes, { ...invoice(), fields: {}, tables: {}, kind: "unknown" }),
  identify: (bytes) => ({
    controlId: JSON.parse(new TextDecoder().decode(bytes)).id,
    type: "PAPER",
    sender: "",
    purpose: "message",
  }),
  recogniser: () =>
    Promise.resolve({
      async recognise(bytes, _contentType, signal) {
        recognised.count++;
        await recognised.after(signal);
        return bodyOf(bytes);
      },
      picture: (_bytes, _contentType, page, box) =>
        Promise.resolve(new TextEncoder().encode(`PNG of page ${page} ${JSON.stringify(box ?? "whole")}`)),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
});

const uncleared = new MitralError("ACT_CLEARANCE_MISSING", {
  blame: "bug",
  retry: "never",
  says: "Cannot write note: nobody has cleared the document",
});

/** What a transform of documents does: refuses one without clearance, and says what it has of one that has it. */
export const writeNote = step("write", (message: Message<Body>) => {
  const { body } = message;
  const document = isDocumentBody(body) ? body.document : undefined;
  if (!document?.clearance || !document.patient) throw uncleared;
  const { id } = JSON.parse(new TextDecoder().decode(message.received));
  const says = [
    document.kind,
    document.patient.mrn,
    document.fields.total?.value ?? "-",
    `${document.tables.lines?.length ?? 0} lines`,
    document.clearance.approvedBy.join("+") || "nobody",
  ];
  return message.derive({ body: new NoteBody([id, id, "S", "message", says.join(" ")].join("|")) }) as never;
});
