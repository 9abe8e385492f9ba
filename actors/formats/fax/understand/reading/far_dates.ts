import type { ReadRow, ReadValue } from "../../../../../runtime/contract/document.ts";
import type { TableSpec, Template } from "../template.ts";
import { CONFLICT_MAX } from "./combine.ts";

/** From so many on, dates of a column say which years they are of. */
const DATES_MIN = 3;

/** Lines of one document are of neighbouring years: a date that is further from the others had its year misread. */
export function doubtFarDates(rows: readonly ReadRow[], { columns }: TableSpec): readonly ReadRow[] {
  const name = dateIn(columns);
  if (name === undefined) return rows;
  const years = yearsOf(rows.map((row) => row[name]));
  if (years.length < DATES_MIN) return rows;
  const middle = years[years.length >> 1];
  return rows.map((row) => isFar(row[name], middle) ? { ...row, [name]: doubted(row[name]) } : row);
}

/** An invoice is of a year of its lines, or of one beside it. */
export function doubtFarField(
  fields: Record<string, ReadValue>,
  tables: Readonly<Record<string, readonly ReadRow[]>>,
  { tables: specs }: Pick<Template, "tables">,
): void {
  const { invoiceDate } = fields;
  if (!invoiceDate) return;
  const dates = Object.entries(specs).flatMap(([table, { columns }]) => {
    const name = dateIn(columns);
    return name === undefined ? [] : tables[table].map((row) => row[name]);
  });
  const years = yearsOf(dates);
  if (years.length > 0 && isFar(invoiceDate, years[years.length >> 1])) {
    fields.invoiceDate = doubted(invoiceDate);
  }
}

const dateIn = (columns: TableSpec["columns"]) =>
  Object.keys(columns).find((each) => columns[each].type.is === "date");
const yearOf = (value: ReadValue | undefined) => Number(value?.value?.slice(0, 4));
const yearsOf = (values: readonly (ReadValue | undefined)[]) =>
  values.map(yearOf).filter((year) => year > 0).sort((a, b) => a - b);
const isFar = (value: ReadValue | undefined, year: number) => Math.abs(yearOf(value) - year) > 1;

const doubted = (value: ReadValue): ReadValue => ({
  ...value,
  confidence: Math.min(value.confidence, CONFLICT_MAX),
  notes: [...value.notes ?? [], "far"],
});
