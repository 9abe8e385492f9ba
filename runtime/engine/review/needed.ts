import {
  cellAt,
  type DocumentKind,
  type ReadRow,
  type RecognisedDocument,
  valueAt,
} from "../../contract/document.ts";

/** Fields that tell whom a document is about. */
export const PATIENT_FIELDS = ["mrn", "patientName", "dob"] as const;

/** What a message of a kind cannot do without: fields, and columns of every row of a table that has at least one. */
const NEEDED: Readonly<
  Record<DocumentKind, { readonly fields: readonly string[]; readonly lines: readonly string[] }>
> = {
  invoice: { fields: ["total"], lines: ["code", "amount"] },
  lab_report: { fields: [], lines: ["name", "value"] },
  referral: { fields: [], lines: [] },
  unknown: { fields: [], lines: [] },
};

/** Paths of the values that a message of it cannot do without, and that are not there. */
export function missingIn(document: RecognisedDocument): readonly string[] {
  const { fields, lines } = NEEDED[document.kind];
  const rows = Math.max(document.tables.lines?.length ?? 0, 1);
  const paths = [
    ...fields,
    ...Array.from({ length: rows }, (_, at) => lines.map((column) => `lines[${at + 1}].${column}`)).flat(),
  ];
  return paths.filter((path) => !valueAt(document, path)?.value);
}

/** Whether a person may say what stands at a path: it was read, or others like it were, or its message needs it. */
export function maySet(document: RecognisedDocument, path: string): boolean {
  const { fields, lines } = NEEDED[document.kind];
  const cell = cellAt(path);
  if (!cell) {
    return Object.hasOwn(document.fields, path) ||
      [...fields, ...PATIENT_FIELDS].some((name) => name === path);
  }
  const rows = Object.hasOwn(document.tables, cell.table) ? document.tables[cell.table] : [];
  const isColumn = rows.some((row) => Object.hasOwn(row, cell.column)) ||
    cell.table === "lines" && lines.includes(cell.column);
  return isColumn && cell.row <= rows.length + 1;
}

/** Without rows that say nothing: a person has emptied them. */
export function withoutEmptyRows(document: RecognisedDocument): RecognisedDocument {
  const tables = Object.entries(document.tables).map(([name, rows]) => [name, rows.filter(saysSomething)]);
  return { ...document, tables: Object.fromEntries(tables) };
}

/** As a plain document: what it says of its patient is all that is left of its values. */
export function plain({ template: _, ...document }: RecognisedDocument): RecognisedDocument {
  const fields = Object.entries(document.fields).filter(([name]) =>
    PATIENT_FIELDS.some((field) => field === name)
  );
  return { ...document, kind: "unknown", fields: Object.fromEntries(fields), tables: {}, checks: [] };
}

function saysSomething(row: ReadRow): boolean {
  return Object.values(row).some(({ value }) => value !== "");
}
