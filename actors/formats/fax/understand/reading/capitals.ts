import type { ReadRow } from "../../../../../runtime/contract/document.ts";
import type { TableSpec } from "../template.ts";

/** From so many other rows on, their texts say how texts begin. */
const OTHERS_MIN = 2;

/** Capital letters are easily taken for small ones: where all other texts of a column begin with one, each does. */
export function settleCapitals(rows: readonly ReadRow[], { columns }: TableSpec): readonly ReadRow[] {
  const name = Object.keys(columns).find((each) => columns[each].type.is === "words");
  if (name === undefined) return rows;
  const isSmall = (row: ReadRow) => /^\p{Ll}/u.test(row[name]?.value ?? "");
  const small = rows.filter(isSmall);
  if (small.length !== 1 || rows.length - 1 < OTHERS_MIN) return rows;
  return rows.map((row) => {
    const { [name]: text } = row;
    if (!isSmall(row)) return row;
    const value = text.value![0].toUpperCase() + text.value!.slice(1);
    return { ...row, [name]: { ...text, value, notes: [...text.notes ?? [], "repaired"] } };
  });
}
