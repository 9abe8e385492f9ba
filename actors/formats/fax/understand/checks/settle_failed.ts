import { cellAt, type ReadValue, valueAt } from "../../../../../runtime/contract/document.ts";
import { CONFLICT_MAX } from "../reading/combine.ts";
import { decimalsOf } from "../types/amounts.ts";
import { evaluate, truthOf } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import type { Instance } from "./instance.ts";
import { type Understood, write } from "./understood.ts";

/** How sure a value is of which only the check says where its point was, or which flag stands beside it. */
const SETTLED = 0.96;
/** Values that say which flag was lost are no less sure than this. */
const SURE = 0.98;

/**
 * Where a check does not hold, and one other reading makes it hold, that is what stands there: what the passes read
 * differently, in an equation; a whole number among others with decimals, by its flag. A flag that neither pass saw is
 * taken from what it is about where the other flags of the table are as they have to be.
 */
export function settleFailed(check: Instance, found: Understood): void {
  const { expression } = check;
  if (expression.is !== "binary" || isMet(check) !== false) return;
  if (expression.operator === "=") return settleConflict(check, found);
  const { left, right } = expression;
  if (
    expression.operator !== "<=>" || left.is !== "path" || right.is !== "call" || right.name !== "outside"
  ) return;
  const [[flag], [value], [range]] = [left, ...right.operands].map((each) =>
    each.is === "path" ? check.pathsOf(each) : []
  );
  if (!settlePoint(check, found, value, range)) settleFlag(check, found, right, flag, value, range);
}

const isMet = ({ expression, values }: Instance) => truthOf(evaluate(expression, values));

/** Of values that the passes read differently, the one that makes an equation hold; none where several do. */
function settleConflict(check: Instance, found: Understood): void {
  const tries = check.about.flatMap((path) => {
    const value = valueAt(found, path)!;
    if (!value.notes?.includes("conflict")) return [];
    return (found.others.get(path) ?? []).map((other) => ({ path, value, other }));
  }).filter(({ path, value, other }) => holdsWith(check, found, path, value, other));
  if (tries.length !== 1) return;
  const [{ path, value, other }] = tries;
  write(found, path, { ...value, value: other, confidence: CONFLICT_MAX });
}

function holdsWith(
  check: Instance,
  found: Understood,
  path: string,
  value: ReadValue,
  other: string,
): boolean {
  write(found, path, { ...value, value: other });
  const holds = isMet(check) === true;
  write(found, path, value);
  return holds;
}

/** Puts the point back into a whole number where its range has decimals, and its flag fits only then. */
function settlePoint(check: Instance, found: Understood, path: string, range: string): boolean {
  const value = valueAt(found, path);
  const ends = valueAt(found, range)?.value?.match(/\d+(\.\d+)?/g) ?? [];
  const decimals = decimalsOf(ends[0] ?? "");
  if (!value?.value || decimals === 0 || ends.some((each) => decimalsOf(each) !== decimals)) return false;
  if (!/^\d+$/.test(value.value) || value.value.length <= decimals) return false;
  const pointed = `${value.value.slice(0, -decimals)}.${value.value.slice(-decimals)}`;
  if (!holdsWith(check, found, path, value, pointed)) return false;
  const notes = value.notes ?? [];
  const confidence = notes.includes("agreed") ? SETTLED : CONFLICT_MAX;
  write(found, path, { ...value, value: pointed, confidence, notes: [...notes, "repaired"] });
  return true;
}

function settleFlag(
  check: Instance,
  found: Understood,
  right: Expression,
  path: string,
  ...about: readonly string[]
): void {
  const flag = valueAt(found, path), cell = cellAt(path);
  const stands = evaluate(right, check.values);
  if (!cell || flag?.value !== "" || typeof stands !== "string") return;
  const isSaid = found.tables[cell.table].some((row) => row[cell.column]?.value);
  if (!isSaid || about.some((each) => (valueAt(found, each)?.confidence ?? 0) < SURE)) return;
  write(found, path, { ...flag, value: stands, confidence: SETTLED, source: "derived", notes: ["derived"] });
}
