import type { DocumentPatient, RecognisedDocument } from "../../../runtime/contract/document.ts";
import { type Made, Placed } from "./_made.ts";
import { patientWrites } from "./_patient.ts";
import { segment } from "./_writes.ts";

/** What is told of a document that is no invoice and no report. */
export interface DocumentSettings {
  /** TXA-2 (HL7 table 0270) of a referral. */
  readonly referralType: string;
  /** TXA-2 of anything else. */
  readonly otherType: string;
}

/** Lines of a page that one OBX holds: receivers cut long ones. */
const LINES_MAX = 200;

/**
 * A referral, or anything else, as a document with its text (MDM^T02; HL7 v2.5.1 section 9.6.2): TXA, an OBX with the text
 * of each page.
 */
export function plainDocumentOf(
  document: RecognisedDocument,
  patient: DocumentPatient,
  { id, at }: { readonly id: string; readonly at: string },
  { referralType, otherType }: DocumentSettings,
): Made {
  const placed = new Placed();
  placed.add(patientWrites(patient));
  placed.add(segment("PV1", { 1: "1", 2: "U" }));
  placed.add(segment("TXA", {
    1: "1",
    2: document.kind === "referral" ? referralType : otherType,
    3: "TX",
    4: at,
    "12.1": id,
    "12.2": "MITRAL",
    17: "DO",
    19: "AV",
  }));
  let number = 0;
  document.pages.forEach(({ text }, page) => {
    const lines = text.split("\n").map((line) => line.trimEnd());
    for (let from = 0; from < lines.length; from += LINES_MAX) {
      const piece = lines.slice(from, from + LINES_MAX);
      if (piece.every((line) => line === "")) continue;
      const obx = `OBX[${++number}]`;
      placed.add(segment(obx, {
        1: `${number}`,
        2: "TX",
        "3.1": "TEXT",
        "3.2": "Text as recognised",
        "3.3": "L",
        4: `${page + 1}`,
        ...Object.fromEntries(piece.map((line, at) => [`5[${at + 1}]`, line])),
        11: "F",
      }));
    }
  });
  return { before: placed.writes, documentObx: number + 1, after: [], places: placed.places };
}
