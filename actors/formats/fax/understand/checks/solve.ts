import type { Expression } from "./expression.ts";
import { evaluate, type Outcome, type Values } from "./evaluate.ts";
import { divided, minus, plus, type Rational, rational, times } from "./rational.ts";

/** A place that a check can fill. */
export interface Unknown {
  /** The name that stands in the check. */
  readonly path: Expression & { readonly is: "path" };
  /** In a column of a table: which of its values is missing, from 0. */
  readonly row?: number;
}

/** What the one missing value of an equation has to be; undefined where that does not follow. */
export function solve(
  expression: Expression,
  unknown: Unknown,
  values: Values,
): Rational | string | undefined {
  if (expression.is !== "binary") return undefined;
  const { operator, left, right } = expression;
  if (operator !== "=" && operator !== "<=>") return undefined;
  for (const [open, known] of [[left, right], [right, left]] as const) {
    if (!holds(open, unknown) || holds(known, unknown)) continue;
    const target = evaluate(known, values);
    if (operator === "<=>") return open === unknown.path && typeof target === "string" ? target : undefined;
    return isRational(target) ? inverted(open, target, unknown, values) : undefined;
  }
  return undefined;
}

const isRational = (outcome: Outcome): outcome is Rational => typeof outcome === "object" && outcome !== null;

function holds(expression: Expression, unknown: Unknown): boolean {
  switch (expression.is) {
    case "path":
      return expression === unknown.path;
    case "call":
      return expression.operands.some((operand) => holds(operand, unknown));
    case "not":
      return holds(expression.operand, unknown);
    case "binary":
      return holds(expression.left, unknown) || holds(expression.right, unknown);
    default:
      return false;
  }
}

function inverted(
  open: Expression,
  target: Rational,
  unknown: Unknown,
  values: Values,
): Rational | undefined {
  if (open === unknown.path) return target;
  if (open.is === "call" && open.name === "sum" && unknown.row !== undefined) {
    return restOf(open.operands[0], target, unknown, values);
  }
  if (open.is !== "binary") return undefined;
  const isLeft = holds(open.left, unknown);
  const known = evaluate(isLeft ? open.right : open.left, values);
  if (!isRational(known)) return undefined;
  const next = isLeft ? open.left : open.right;
  const wanted = undone(open.operator, target, known, isLeft);
  return wanted && inverted(next, wanted, unknown, values);
}

function undone(operator: string, target: Rational, known: Rational, isLeft: boolean): Rational | undefined {
  switch (operator) {
    case "+":
      return minus(target, known);
    case "-":
      return isLeft ? plus(target, known) : minus(known, target);
    case "*":
      return divided(target, known);
    case "/":
      return isLeft ? times(target, known) : divided(known, target);
    default:
      return undefined;
  }
}

function restOf(
  operand: Expression,
  target: Rational,
  unknown: Unknown,
  values: Values,
): Rational | undefined {
  if (operand.is !== "path") return undefined;
  const column = values.of(operand);
  if (column === null || typeof column === "string") return undefined;
  let rest = target;
  for (const [at, each] of column.entries()) {
    if (at === unknown.row) continue;
    const number = each === null ? undefined : rational(each);
    if (!number) return undefined;
    rest = minus(rest, number);
  }
  return rest;
}
