import type { Line } from "../layout/page_layout.ts";
import type { TableSpec, ValueType } from "../template.ts";
import { type Column, wordsIn } from "./columns.ts";
import { readWords } from "./reading.ts";

/** Types that hardly anything else looks like. */
const TELLING: readonly ValueType["is"][] = [
  "date",
  "enum",
  "icd10",
  "lexicon",
  "loinc",
  "procedure",
  "range",
];
/** Share of its cells that have to be of a type, and how many at least. */
const CELLS_SHARE = 0.75;
const CELLS_MIN = 2;

/** Names columns whose headings say nothing, or could not be read, by what stands in them, where that is one thing alone. */
export function nameColumns(
  columns: readonly Column[],
  lines: readonly Line[],
  spec: TableSpec,
): readonly Column[] {
  const open = columns.filter(({ name }) => name === undefined);
  const missing = Object.entries(spec.columns).filter(([name, { type }]) =>
    TELLING.includes(type.is) && !columns.some((column) => column.name === name)
  );
  if (open.length === 0 || missing.length === 0) return columns;
  const fits = open.flatMap((column) => {
    const cells = lines.map(({ words }) => wordsIn(words, column)).filter((words) => words.length > 0);
    return missing.filter(([, { type }]) => {
      const good = cells.filter((words) => {
        const reading = readWords(type, words);
        return reading && reading.value !== null &&
          !reading.notes.some((note) => note === "rest" || note === "unknown_word");
      });
      return good.length >= Math.max(CELLS_MIN, CELLS_SHARE * cells.length);
    }).map(([name]) => ({ column, name }));
  });
  const isAlone = ({ column, name }: typeof fits[number]) =>
    fits.filter((other) => other.column === column || other.name === name).length === 1;
  return columns.map((column) => {
    const named = fits.find((fit) => fit.column === column && isAlone(fit));
    return named ? { ...column, name: named.name } : column;
  });
}
