import type { Body, PathBody } from "./message.ts";

/**
 * A place on a page, in whole pixels from the top left corner of the page as its picture shows it: upright, straight,
 * with square pixels.
 */
export interface Box {
  /** Left edge. */
  readonly x0: number;
  /** Upper edge. */
  readonly y0: number;
  /** Right edge, excluded. */
  readonly x1: number;
  /** Lower edge, excluded. */
  readonly y1: number;
}

/**
 * How a value came to be known: `ocr` from the image, `text` from the text layer of a document that never was paper,
 * `barcode`, `derived` from other values, `index` from the gateway's patient index, `person` from somebody who looked.
 */
export type ReadSource = "ocr" | "text" | "barcode" | "derived" | "index" | "person";

/** A value read from a page. */
export interface ReadValue {
  /**
   * In its type's normal form: dates `YYYYMMDD`, times `YYYYMMDDHHMM`, money `1234.50`, identifiers without spaces. Empty:
   * nothing stands there, and nothing has to; `null`: something should, and could not be read.
   */
  readonly value: string | null;
  /** As it was read, before any repair. */
  readonly raw: string;
  /** Between 0 and 1: how likely `value` is what the page says. */
  readonly confidence: number;
  /** See {@linkcode ReadSource}. */
  readonly source: ReadSource;
  /** Counts from 1; left out where it stands on none. */
  readonly page?: number;
  /** Where on that page. */
  readonly box?: Box;
  /** Why the confidence is what it is: words of a fixed list of the format's, never content. */
  readonly notes?: readonly string[];
}

/** What kind of document it is; `unknown` is never forced into a template. */
export type DocumentKind = "invoice" | "lab_report" | "referral" | "unknown";

/** A row of a table, by column. */
export type ReadRow = Readonly<Record<string, ReadValue>>;

/** A code that was found on a page. */
export interface ReadBarcode {
  /** `QRCode`, `DataMatrix`, `Code128`, … */
  readonly format: string;
  /** What it says. */
  readonly text: string;
  /** Where it stands. */
  readonly box: Box;
}

/** A page as it was read. */
export interface ReadPage {
  /** Pixels of its picture. */
  readonly width: number;
  /** Pixels of its picture. */
  readonly height: number;
  /** Share of its words that were read with confidence, between 0 and 1. */
  readonly quality: number;
  /** Its quality is below the gate: nothing on it is taken without a person. */
  readonly isGated: boolean;
  /** All text on it, line by line. */
  readonly text: string;
  /** Codes found on it. */
  readonly barcodes: readonly ReadBarcode[];
  /** Lines of the image that arrived damaged, and were concealed. */
  readonly damagedLines: number;
}

/** A relation between values that has to hold: `sum(lines.amount) = subtotal`. */
export interface ReadCheck {
  /** As the template has it. */
  readonly rule: string;
  /** Whether it holds; `null` where a value that it needs could not be read. */
  readonly isMet: boolean | null;
  /** Paths of the values it is about: `subtotal`, `lines[1].amount`; rows count from 1. */
  readonly about: readonly string[];
}

/** Whom a document is about, as the patient index or a person has it. */
export interface DocumentPatient {
  /** Medical record number. */
  readonly mrn: string;
  /** Who gave the number (HL7 PID-3.4); empty where that is not known. */
  readonly authority: string;
  /** Family name. */
  readonly family: string;
  /** Given names, in order. */
  readonly given: string;
  /** `YYYYMMDD`. */
  readonly birthDate: string;
  /** HL7 table 0001; empty where it is not known. */
  readonly sex: string;
  /** Who says so. */
  readonly source: "index" | "person";
}

/** A document may become a message: nothing in it is doubtful, or people have decided. */
export interface Clearance {
  /** Names of the people who approved it, in order; none where nothing was doubtful. */
  readonly approvedBy: readonly string[];
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
}

/** A document made of pages, as far as it was understood. Plain data: it can be kept as JSON. */
export interface RecognisedDocument {
  /** Of this shape. */
  readonly version: 1;
  /** See {@linkcode DocumentKind}. */
  readonly kind: DocumentKind;
  /** What it was read by, and how well that fits, between 0 and 1; left out where none does. */
  readonly template?: { readonly name: string; readonly version: number; readonly score: number };
  /** In order. */
  readonly pages: readonly ReadPage[];
  /** By name: `invoiceNo`, `mrn`, `total`; docs/fax_documents.md lists the names each kind has. */
  readonly fields: ReadRow;
  /** Rows by the name of their table: `lines`. */
  readonly tables: Readonly<Record<string, readonly ReadRow[]>>;
  /** In the order of the template. */
  readonly checks: readonly ReadCheck[];
  /** It speaks of more than one patient: nobody can say whose the values are. */
  readonly hasSeveralPatients: boolean;
  /** Once somebody may rely on it. */
  readonly patient?: DocumentPatient;
  /** Once it may become a message. */
  readonly clearance?: Clearance;
}

/**
 * A body made of pages. `toBytes()` is the document as it came. Its paths are names of fields, `lines[1].amount`, and
 * `kind`, `template`, `pages`; `total.confidence` is what {@linkcode ReadValue.confidence} says.
 */
export interface DocumentBody extends PathBody {
  /** What was read. */
  readonly document: RecognisedDocument;
  /** The same pages, read otherwise; where its template's checks are known, they are made anew. */
  withDocument(document: RecognisedDocument): DocumentBody;
  /**
   * What a person says stands at a path, in its type's normal form: of `10/02/1981`, `19811002`; `null` where it can be no
   * value of that type. Left out: every text is taken as it is.
   */
  normalise?(path: string, text: string): string | null;
  /**
   * The document for somebody who has no fax viewer: the same pages as PDF, wrapped and not encoded anew. Of many pages
   * that takes a while: `turn` lets others have theirs in between.
   */
  attachment(
    turn: () => Promise<void>,
  ): Promise<{ readonly contentType: string; readonly bytes: Uint8Array }>;
}

/** True where a body is made of pages. */
export function isDocumentBody(body: Body): body is DocumentBody {
  return "document" in body && "withDocument" in body;
}

/** A value by its path: `total`, `lines[2].amount`; `undefined` where there is none. */
export function valueAt(
  document: Pick<RecognisedDocument, "fields" | "tables">,
  path: string,
): ReadValue | undefined {
  const cell = cellAt(path);
  if (!cell) return document.fields[path];
  return document.tables[cell.table]?.[cell.row - 1]?.[cell.column];
}

/** The place a path names in a table; `undefined` where it names a field. Rows count from 1. */
export function cellAt(
  path: string,
): { readonly table: string; readonly row: number; readonly column: string } | undefined {
  const [, table, row, column] = CELL.exec(path) ?? [];
  return table === undefined ? undefined : { table, row: Number(row), column };
}

/** Every value with its path: fields first, then tables row by row. */
export function* valuesOf(document: RecognisedDocument): Iterable<readonly [path: string, value: ReadValue]> {
  yield* Object.entries(document.fields);
  for (const [table, rows] of Object.entries(document.tables)) {
    for (const [at, row] of rows.entries()) {
      for (const [column, value] of Object.entries(row)) yield [`${table}[${at + 1}].${column}`, value];
    }
  }
}

/** The document with another value at a path. A row right behind the last is made, others are not. */
export function withValue(document: RecognisedDocument, path: string, value: ReadValue): RecognisedDocument {
  const cell = cellAt(path);
  if (!cell) return { ...document, fields: { ...document.fields, [path]: value } };
  const { table, row, column } = cell;
  const before = document.tables[table] ?? [];
  const rows = (row === before.length + 1 ? [...before, {}] : before).map((each, at) =>
    at === row - 1 ? { ...each, [column]: value } : each
  );
  return { ...document, tables: { ...document.tables, [table]: rows } };
}

const CELL = /^(\w+)\[([1-9]\d*)\]\.(\w+)$/;
