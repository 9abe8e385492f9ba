import type { Rational } from "./rational.ts";

/** What a check may ask for by name, and with how many arguments. */
export const FUNCTIONS = {
  sum: 1,
  count: 1,
  abs: 1,
  round: 1,
  decimals: 1,
  date: 1,
  empty: 1,
  luhn: 1,
  npi: 1,
  loinc: 1,
  outside: 2,
} as const;

/** See {@linkcode FUNCTIONS}. */
export type FunctionName = keyof typeof FUNCTIONS;

/** What two sides may be joined by. */
export type Operator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "<=>"
  | "and"
  | "or"
  | "then";

/** A check, taken apart. `a then b` is `if a then b`. */
export type Expression =
  | { readonly is: "number"; readonly value: Rational }
  | { readonly is: "text"; readonly value: string }
  | { readonly is: "path"; readonly table?: string; readonly name: string }
  | { readonly is: "call"; readonly name: FunctionName; readonly operands: readonly Expression[] }
  | { readonly is: "not"; readonly operand: Expression }
  | {
    readonly is: "binary";
    readonly operator: Operator;
    readonly left: Expression;
    readonly right: Expression;
  };
