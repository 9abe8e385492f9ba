import type { ReadValue } from "../../../../../runtime/contract/document.ts";
import type { ColumnSpec, TableSpec } from "../template.ts";
import { distance } from "../layout/fold.ts";
import { CONFLICT_MAX, round } from "./combine.ts";
import type { Reading } from "./reading.ts";

/** A name and a code that are known to go together were hardly both misread. */
const VOUCHED = 0.985;
/** One of them that the passes read differently. */
const VOUCHED_CONFLICT = 0.96;
/** A repaired code that is as near to the one that its name is known to have is that, or nobody knows. */
const MISREAD_MAX = 2;

/**
 * Where a row has a name and the code that this name is known to have, each vouches for the other. Other codes are no
 * mistake: laboratories use several for one name.
 */
export function vouch(
  values: Record<string, ReadValue>,
  readings: ReadonlyMap<string, readonly (Reading | undefined)[]>,
  { columns }: TableSpec,
): void {
  const name = Object.keys(values).find((each) => codesOf(columns[each]));
  const code = Object.keys(values).find((each) => columns[each].type.is === "loinc");
  if (name === undefined || code === undefined) return;
  const known = codesOf(columns[name])!.get(values[name].value?.toLowerCase() ?? "");
  const read = readings.get(code)?.filter((reading) => reading?.value === known) ?? [];
  const [first] = read;
  if (known === undefined) return;
  if (!first) {
    // A check digit fits by chance one time in ten.
    const { [code]: other } = values;
    if (other.notes?.includes("repaired") && distance(other.value ?? "", known, MISREAD_MAX) <= MISREAD_MAX) {
      values[code] = { ...other, confidence: Math.min(other.confidence, CONFLICT_MAX) };
    }
    return;
  }
  const isConflict = values[code].value !== known || values[code].notes?.includes("conflict") === true;
  values[code] = surer(
    { ...values[code], value: known, raw: first.raw, ...first.box && { box: first.box } },
    isConflict,
  );
  values[name] = surer(values[name], values[name].notes?.includes("conflict") === true);
}

const made = new WeakMap<ColumnSpec, ReadonlyMap<string, string>>();

/** Codes that the names of a column are known to have, by these in small letters. */
export function codesOf(column: ColumnSpec): ReadonlyMap<string, string> | undefined {
  if (column.type.is !== "lexicon" || !column.type.codes) return undefined;
  let codes = made.get(column);
  if (!codes) {
    codes = new Map(Object.entries(column.type.codes).map(([term, code]) => [term.toLowerCase(), code]));
    made.set(column, codes);
  }
  return codes;
}

function surer(value: ReadValue, isConflict: boolean): ReadValue {
  const least = isConflict ? VOUCHED_CONFLICT : VOUCHED;
  return {
    ...value,
    confidence: round(Math.max(value.confidence, least)),
    notes: [...value.notes ?? [], "vouched"],
  };
}
