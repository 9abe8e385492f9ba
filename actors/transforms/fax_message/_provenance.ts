import { type ReadValue, type RecognisedDocument, valuesOf } from "../../../runtime/contract/document.ts";
import { segment, type Write } from "./_writes.ts";

/** Where the values of a document went, by their paths: `lines[1].amount` is in `FT1[1]-11`. */
export type Places = ReadonlyMap<string, string>;

/** What stands on no page, but beside the document. */
export interface DocumentFacts {
  /** SHA-256 of the document as it came, in hexadecimal. */
  readonly sha256: string;
  /** Media type of the document as it came, without parameters. */
  readonly contentType: string;
}

/**
 * How the message came to be: ZFD tells of the document, a ZFX of each value in it. docs/fax_documents.md has their
 * fields. Values that found no place in the message stand in their ZFX.
 */
export function* provenanceWrites(
  document: RecognisedDocument,
  { sha256, contentType }: DocumentFacts,
  places: Places,
): Iterable<Write> {
  const { kind, template, pages, clearance, patient } = document;
  const approved = clearance?.approvedBy ?? [];
  yield* segment("ZFD", {
    1: kind,
    "2.1": template?.name,
    "2.2": template && String(template.version),
    "2.3": template && fraction(template.score),
    3: String(pages.length),
    "4.1": sha256,
    "4.2": contentType,
    5: patient?.source,
    ...Object.fromEntries(approved.map((name, at) => [`6[${at + 1}]`, name])),
    ...Object.fromEntries(pages.map(({ quality }, at) => [`7[${at + 1}]`, fraction(quality)])),
  });
  let number = 0;
  for (const [path, value] of valuesOf(document)) yield* valueWrites(path, value, ++number, places);
}

function valueWrites(path: string, read: ReadValue, number: number, places: Places): readonly Write[] {
  const { value, confidence, source, page, box, notes = [] } = read;
  const place = places.get(path);
  return segment(`ZFX[${number}]`, {
    1: String(number),
    2: path,
    3: place,
    4: place === undefined ? value ?? "" : "",
    5: fraction(confidence),
    6: source,
    7: page === undefined ? "" : String(page),
    ...(box ? { "8.1": `${box.x0}`, "8.2": `${box.y0}`, "8.3": `${box.x1}`, "8.4": `${box.y1}` } : {}),
    ...Object.fromEntries(notes.map((note, at) => [`9[${at + 1}]`, note])),
  });
}

/** The same for later stages: facts of the document and, by path, `confidence source page x0,y0,x1,y1` of each value. */
export function metadataOf(document: RecognisedDocument): Readonly<Record<string, string>> {
  const { kind, template, clearance } = document;
  const values = [...valuesOf(document)].map(([path, { confidence, source, page, box }]) => {
    const place = box ? [`${box.x0},${box.y0},${box.x1},${box.y1}`] : [];
    return [`document.${path}`, [fraction(confidence), source, page ?? "-", ...place].join(" ")];
  });
  return {
    "document.kind": kind,
    "document.template": template?.name ?? "",
    "document.approvedBy": clearance?.approvedBy.join(", ") ?? "",
    ...Object.fromEntries(values),
  };
}

function fraction(value: number): string {
  return value.toFixed(3);
}
