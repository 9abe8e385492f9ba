import type { ReadRow, ReadValue } from "../../../../../runtime/contract/document.ts";
import type { TableSpec } from "../template.ts";
import { CONFLICT_MAX } from "./combine.ts";

/** From so many on, dates of a column say which years they are of. */
const DATES_MIN = 3;

/** Lines of one document are of neighbouring years: a date that is further from the others had its year misread. */
export function doubtFarDates(rows: readonly ReadRow[], { columns }: TableSpec): readonly ReadRow[] {
  const name = Object.keys(columns).find((each) => columns[each].type.is === "date");
  if (name === undefined) return rows;
  const yearOf = (row: ReadRow) => Number(row[name]?.value?.slice(0, 4));
  const years = rows.map(yearOf).filter((year) => year > 0).sort((a, b) => a - b);
  const middle = years[years.length >> 1];
  if (years.length < DATES_MIN) return rows;
  return rows.map((row) => Math.abs(yearOf(row) - middle) > 1 ? { ...row, [name]: doubted(row[name]) } : row);
}

const doubted = (value: ReadValue): ReadValue => ({
  ...value,
  confidence: Math.min(value.confidence, CONFLICT_MAX),
  notes: [...value.notes ?? [], "far"],
});
