import type { PlacedWord } from "../layout/page_layout.ts";
import type { TableSpec } from "../template.ts";
import { readWords } from "./reading.ts";

/** The words of each cell of a row, as each pass has them. */
type Cells = Map<string, readonly PlacedWord[][]>;

/**
 * Where no heading names a column of flags, and flags stand behind results, as in `112 H`: gives them cells of their own, in
 * every row.
 */
export function splitFlags(rows: readonly Cells[], { columns }: TableSpec): void {
  const nameOf = (...types: string[]) =>
    Object.keys(columns).find((name) => types.includes(columns[name].type.is));
  const [result, flag] = [nameOf("result"), nameOf("enum")];
  if (result === undefined || flag === undefined || rows.some((cells) => cells.has(flag))) return;
  const hasFlag = (words: readonly PlacedWord[]) =>
    words.length > 1 && /\d/.test(words[0].text) &&
    (readWords(columns[flag].type, words.slice(-1))?.value ?? null) !== null;
  if (!rows.some((cells) => cells.get(result)?.some(hasFlag))) return;
  for (const cells of rows) {
    const passes = cells.get(result) ?? [];
    cells.set(result, passes.map((words) => hasFlag(words) ? words.slice(0, -1) : words));
    cells.set(flag, passes.map((words) => hasFlag(words) ? words.slice(-1) : []));
  }
}
