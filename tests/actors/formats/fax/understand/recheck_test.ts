import { assertEquals } from "@std/assert";
import { recheck } from "../../../../../actors/formats/fax/understand/checks/recheck.ts";
import type { ReadValue, RecognisedDocument } from "../../../../../runtime/contract/document.ts";

const value = (text: string | null): ReadValue => ({ value: text, raw: "", confidence: 0.5, source: "ocr" });
const line = (qty: string, price: string, amount: string | null) => ({
  qty: value(qty),
  price: value(price),
  amount: value(amount),
});

const ROW = "qty * price = amount", SUM = "sum(lines.amount) = total";

function invoice(lines: readonly ReturnType<typeof line>[], total: string): RecognisedDocument {
  return {
    version: 1,
    kind: "invoice",
    pages: [],
    fields: { total: value(total) },
    tables: { lines },
    checks: [
      { rule: ROW, isMet: false, about: ["lines[1].qty", "lines[1].price", "lines[1].amount"] },
      { rule: SUM, isMet: false, about: ["lines[1].amount", "total"] },
    ],
    hasSeveralPatients: false,
  };
}

Deno.test("checks hold once a person has put right what they are about", () => {
  assertEquals(recheck(invoice([line("2", "10.00", "20.00")], "20.00")).map(({ isMet }) => isMet), [
    true,
    true,
  ]);
  assertEquals(recheck(invoice([line("2", "10.00", "21.00")], "21.00")).map(({ isMet }) => isMet), [
    false,
    true,
  ]);
  assertEquals(recheck(invoice([line("2", "10.00", null)], "20.00")).map(({ isMet }) => isMet), [null, null]);
});

Deno.test("a row that a person adds is checked as the others are", () => {
  const checks = recheck(invoice([line("2", "10.00", "20.00"), line("3", "1.00", "4.00")], "24.00"));
  assertEquals(checks.map(({ rule, isMet }) => [rule, isMet]), [[ROW, true], [ROW, false], [SUM, true]]);
  assertEquals(checks[1].about, ["lines[2].qty", "lines[2].price", "lines[2].amount"]);
  assertEquals(checks[2].about, ["lines[1].amount", "lines[2].amount", "total"]);
});

Deno.test("a row that is gone is checked no more", () => {
  const { checks: _, ...rest } = invoice([], "20.00");
  assertEquals(recheck({ ...rest, checks: invoice([], "0").checks }).map(({ rule }) => rule), [SUM]);
});

Deno.test("a rule that cannot be read stands as it was", () => {
  const check = { rule: "a +", isMet: false, about: ["total"] };
  assertEquals(recheck({ ...invoice([], "1.00"), checks: [check] }), [check]);
});

Deno.test("checks made anew without a change are those that were there", () => {
  const once = recheck(invoice([line("2", "10.00", "20.00"), line("1", "1.00", "1.00")], "21.00"));
  assertEquals(
    recheck({ ...invoice([line("2", "10.00", "20.00"), line("1", "1.00", "1.00")], "21.00"), checks: once }),
    once,
  );
});
