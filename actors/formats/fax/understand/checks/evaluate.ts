import { isLoinc, isLuhn, isNpi } from "../types/check_digits.ts";
import type { Expression, FunctionName, Operator } from "./expression.ts";
import { compared, divided, minus, plus, type Rational, rational, rounded, times } from "./rational.ts";

/** What an expression comes to; `null` where a value that it needs is missing. */
export type Outcome = Rational | string | boolean | null;

/** The values that a check is about. */
export interface Values {
  /** One value, or those of a whole column; `null` where it could not be read. */
  of(path: Expression & { readonly is: "path" }): string | null | readonly (string | null)[];
}

/** What an expression comes to. It never throws: what has no meaning is `null`. */
export function evaluate(expression: Expression, values: Values): Outcome {
  switch (expression.is) {
    case "number":
    case "text":
      return expression.value;
    case "path": {
      const value = values.of(expression);
      return typeof value === "string" ? numberOr(value) : null;
    }
    case "not": {
      const operand = truthOf(evaluate(expression.operand, values));
      return operand === null ? null : !operand;
    }
    case "call":
      return called(expression.name, expression.operands, values);
    case "binary":
      return joined(expression.operator, expression.left, expression.right, values);
  }
}

const isNumber = (outcome: Outcome): outcome is Rational => typeof outcome === "object" && outcome !== null;

/** A number where the text is one: dates are, too. */
const numberOr = (text: string): Outcome => rational(text) ?? text;

/** Nothing and an empty text are false. */
export function truthOf(outcome: Outcome): boolean | null {
  if (outcome === null || typeof outcome === "boolean") return outcome;
  return typeof outcome === "string" ? outcome !== "" : outcome.over !== 0n;
}

function joined(operator: Operator, left: Expression, right: Expression, values: Values): Outcome {
  const a = evaluate(left, values);
  // What does not matter may be missing.
  if (operator === "then" && truthOf(a) === false) return true;
  const b = evaluate(right, values);
  switch (operator) {
    case "then":
      return truthOf(a) === null ? null : truthOf(b);
    case "and":
      return both(truthOf(a), truthOf(b));
    case "or": {
      const neither = both(negated(truthOf(a)), negated(truthOf(b)));
      return negated(neither);
    }
    case "<=>":
      return a === null || b === null ? null : isSame(a, b);
    case "=":
    case "!=": {
      if (isMissing(a) || isMissing(b)) return null;
      const isEqual = isNumber(a) && isNumber(b) ? compared(a, b) === 0 : a === b;
      return isEqual === (operator === "=");
    }
  }
  if (!isNumber(a) || !isNumber(b)) return null;
  switch (operator) {
    case "+":
      return plus(a, b);
    case "-":
      return minus(a, b);
    case "*":
      return times(a, b);
    case "/":
      return divided(a, b) ?? null;
    case "<":
      return compared(a, b) < 0;
    case "<=":
      return compared(a, b) <= 0;
    case ">":
      return compared(a, b) > 0;
    case ">=":
      return compared(a, b) >= 0;
  }
}

const isMissing = (outcome: Outcome) => outcome === null || outcome === "";
const negated = (truth: boolean | null) => truth === null ? null : !truth;

function both(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

/** Both or neither; where both say high or low, the same of them. */
function isSame(a: Outcome, b: Outcome): boolean {
  if (truthOf(a) !== truthOf(b)) return false;
  const [first, second] = [a, b].map((each) =>
    typeof each === "string" ? /^[HL]/.exec(each)?.[0] : undefined
  );
  return first === undefined || second === undefined || first === second;
}

function called(name: FunctionName, operands: readonly Expression[], values: Values): Outcome {
  if (name === "sum" || name === "count") return overColumn(name, operands[0], values);
  const [first, second] = operands.map((operand) =>
    operand.is === "path" ? textAt(operand, values) : evaluate(operand, values)
  );
  if (name === "empty") return first === null || first === "";
  if (isMissing(first)) return null;
  switch (name) {
    case "abs":
      return withNumber(first, (number) => number.over < 0n ? { ...number, over: -number.over } : number);
    case "round":
      return withNumber(first, rounded);
    case "decimals":
      return typeof first === "string" ? decimalsIn(first) : null;
    case "date":
      return typeof first === "string" && /^\d{8}/.test(first) ? rational(first.slice(0, 8)) ?? null : null;
    case "luhn":
      return typeof first === "string" ? isLuhn(first) : null;
    case "npi":
      return typeof first === "string" ? isNpi(first) : null;
    case "loinc":
      return typeof first === "string" ? isLoinc(first) : null;
    case "outside":
      return typeof first === "string" && typeof second === "string" ? outside(first, second) : null;
  }
}

function textAt(path: Expression & { readonly is: "path" }, values: Values): string | null {
  const value = values.of(path);
  return typeof value === "string" ? value : null;
}

function withNumber(outcome: Outcome, change: (number: Rational) => Rational): Outcome {
  const number = typeof outcome === "string" ? rational(outcome) : outcome;
  return number !== undefined && isNumber(number) ? change(number) : null;
}

function overColumn(name: "sum" | "count", operand: Expression, values: Values): Outcome {
  if (operand.is !== "path") return null;
  const column = values.of(operand);
  if (column === null || typeof column === "string" || column.length === 0) return null;
  if (name === "count") {
    return { over: BigInt(column.filter((each) => each !== null && each !== "").length), under: 1n };
  }
  let total: Rational = { over: 0n, under: 1n };
  for (const each of column) {
    const number = each === null ? undefined : rational(each);
    if (!number) return null;
    total = plus(total, number);
  }
  return total;
}

/** How many decimals a number has; of a range, where both ends have as many. */
function decimalsIn(text: string): Outcome {
  const counts = [...text.matchAll(/\d+(?:\.(\d+))?/g)].map((match) => match[1]?.length ?? 0);
  if (counts.length === 0 || counts.some((count) => count !== counts[0])) return null;
  return { over: BigInt(counts[0]), under: 1n };
}

/** `H` above a range, `L` below it, empty within; `null` where that cannot be said. */
export function outside(value: string, range: string): "H" | "L" | "" | null {
  const parts = /^([<>]=?)?(-?[\d.]+)$/.exec(value);
  const number = rational(parts?.[2] ?? "");
  const between = /^(-?[\d.]+)-(-?[\d.]+)$/.exec(range);
  const one = /^([<>])(=?)(-?[\d.]+)$/.exec(range);
  if (!number) return null;
  if (between) {
    const low = rational(between[1]);
    const high = rational(between[2]);
    if (!low || !high) return null;
    const isBelow = compared(number, low) < 0;
    const isAbove = compared(number, high) > 0;
    // Less than something within the range may be anywhere below.
    if (parts?.[1]?.startsWith("<")) return compared(number, low) <= 0 ? "L" : null;
    if (parts?.[1]?.startsWith(">")) return compared(number, high) >= 0 ? "H" : null;
    return isBelow ? "L" : isAbove ? "H" : "";
  }
  const bound = one && rational(one[3]);
  if (!one || !bound) return null;
  const apart = compared(number, bound);
  if (one[1] === "<") {
    if (parts?.[1]?.startsWith("<")) return apart <= 0 ? "" : null;
    if (parts?.[1]?.startsWith(">")) return apart >= 0 ? "H" : null;
    return apart < 0 || apart === 0 && one[2] === "=" ? "" : "H";
  }
  if (parts?.[1]?.startsWith(">")) return apart >= 0 ? "" : null;
  if (parts?.[1]?.startsWith("<")) return apart <= 0 ? "L" : null;
  return apart > 0 || apart === 0 && one[2] === "=" ? "" : "L";
}
