import type { ReadValue } from "../../../../../runtime/contract/document.ts";
import type { TableSpec } from "../template.ts";
import { units } from "../types/lexicons/units.ts";
import { usualUnits } from "../types/lexicons/usual_units.ts";
import { round } from "./combine.ts";
import type { Reading } from "./reading.ts";
import { codesOf } from "./vouch.ts";

/** A unit that results of the test beside it are measured in was hardly misread as just that. */
const VOUCHED = 0.985;
/** The same where one pass alone has it. */
const VOUCHED_ONCE = 0.96;

/** Where a row has a test that is known, and a pass has a unit that its results are measured in, that is the unit. */
export function vouchUnit(
  values: Record<string, ReadValue>,
  readings: ReadonlyMap<string, readonly (Reading | undefined)[]>,
  { columns }: TableSpec,
): void {
  const name = Object.keys(values).find((each) => codesOf(columns[each]));
  const unit = Object.keys(values).find((each) => {
    const { type } = columns[each];
    return type.is === "lexicon" && type.terms === units;
  });
  if (name === undefined || unit === undefined) return;
  const usual = usualUnits.get(codesOf(columns[name])!.get(values[name].value?.toLowerCase() ?? "") ?? "");
  const passes = readings.get(unit) ?? [];
  const [first, ...more] = passes.filter((reading) => usual?.includes(reading?.value?.toLowerCase() ?? ""));
  // Both may be of the test: then it is one of them, and nobody knows which.
  if (!first || more.some((other) => other!.value !== first.value)) return;
  const isAgreed = more.length > 0 || passes.length === 1;
  values[unit] = {
    ...values[unit],
    value: first.value,
    raw: first.raw,
    ...first.box && { box: first.box },
    confidence: round(Math.max(values[unit].confidence, isAgreed ? VOUCHED : VOUCHED_ONCE)),
    notes: [...values[unit].notes ?? [], "vouched"],
  };
}
