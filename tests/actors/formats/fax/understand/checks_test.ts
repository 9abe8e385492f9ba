import { assertEquals, assertThrows } from "@std/assert";
import {
  evaluate,
  type Outcome,
  type Values,
} from "../../../../../actors/formats/fax/understand/checks/evaluate.ts";
import {
  ExpressionError,
  parseExpression,
} from "../../../../../actors/formats/fax/understand/checks/parse_expression.ts";
import { rational, rounded, written } from "../../../../../actors/formats/fax/understand/checks/rational.ts";

const values: Values = {
  of({ table, name }) {
    if (table !== undefined) return columns[name] ?? null;
    return fields[name] ?? null;
  },
};
const fields: Readonly<Record<string, string>> = {
  subtotal: "526.95",
  adjustments: "79.04",
  total: "447.91",
  qty: "2",
  price: "31.10",
  amount: "62.20",
  value: "5.4",
  range: "3.5-5.1",
  flag: "H",
  low: "2.0",
  none: "",
  dob: "19610211",
  collected: "202611020830",
  npi: "1234567893",
  loinc: "2345-7",
};
const columns: Readonly<Record<string, readonly (string | null)[]>> = {
  amount: ["464.75", "62.20"],
  holed: ["464.75", null],
};

const shown = (outcome: Outcome) =>
  typeof outcome === "object" && outcome !== null ? written(outcome, 2) : outcome;

for (
  const [rule, outcome] of [
    ["qty * price = amount", true],
    ["qty * price = amount + 0.01", false],
    ["subtotal - adjustments = total", true],
    ["sum(lines.amount) = subtotal", true],
    ["sum(lines.amount) - subtotal", "0.00"],
    ["sum(lines.holed) = subtotal", null],
    ["count(lines.amount) = 2", true],
    ["count(lines.holed)", "1.00"],
    ["0.1 + 0.2 = 0.3", true],
    ["1 / 3 * 3 = 1", true],
    ["1 / 0", null],
    ["2 + 3 * 4 - -1", "15.00"],
    ["(2 + 3) * 4", "20.00"],
    ["abs(total - subtotal) = adjustments", true],
    ["round(1 / 3)", "0.33"],
    ["round(0.005)", "0.01"],
    ["outside(value, range)", "H"],
    ["outside(low, range)", "L"],
    ["outside(4, range)", null],
    ["outside(value, range) <=> flag", true],
    ["outside(low, range) <=> flag", false],
    ["outside(low, range) <=> none", false],
    ["outside(missing, range) <=> flag", null],
    ["decimals(value) = decimals(range)", true],
    ["date(dob) < date(collected)", true],
    ["luhn('79927398713')", true],
    ["npi(npi) and loinc(loinc)", true],
    ["npi(total)", false],
    ["empty(none) and empty(missing) and not empty(total)", true],
    ["if empty(total) then missing = 1", true],
    ["if not empty(total) then total > 0", true],
    ["if total > 0 then missing = 1", null],
    ["missing = 1", null],
    ["missing = 1 or total > 0", true],
    ["missing = 1 and total < 0", false],
    ["none = 1", null],
    ["flag = 'H'", true],
    ["flag != 'H'", false],
    ["total >= 447.91 and total <= 447.91", true],
    ["flag > 1", null],
  ] as const
) {
  Deno.test(`the check ${rule} comes to ${outcome}`, () => {
    assertEquals(shown(evaluate(parseExpression(rule), values)), outcome);
  });
}

for (
  const [rule, trouble] of [
    ["", "has the end where a value has to stand"],
    ["total =", "has the end where a value has to stand"],
    ["total total", "has total where an operator or the end has to stand"],
    ["(total", "has the end where ) has to stand"],
    ["if total > 1", "has the end where then has to stand"],
    ["total & 1", "has a character that is none of a check, at 6"],
    [
      "eval(total)",
      "asks for eval(), which there is not: sum, count, abs, round, decimals, date, empty, luhn, npi, loinc, outside",
    ],
    ["outside(value)", "gives outside() 1 values and it takes 2"],
    ["1 ".repeat(300), "is longer than 500 characters"],
    ["and", "has and where a value has to stand"],
  ] as const
) {
  Deno.test(`a check is refused that ${trouble.slice(0, 60)}`, () => {
    assertEquals(assertThrows(() => parseExpression(rule), ExpressionError).message, trouble);
  });
}

Deno.test("numbers are exact", () => {
  assertEquals(written(rational("-12.5")!, 2), "-12.50");
  assertEquals(written(rational("0.005")!, 2), undefined);
  assertEquals(written(rounded(rational("-0.005")!), 2), "-0.01");
  assertEquals(rational("1e3"), undefined);
});
