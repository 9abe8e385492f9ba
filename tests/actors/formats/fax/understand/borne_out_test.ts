import { assert, assertEquals } from "@std/assert";
import type { Word } from "../../../../../actors/formats/fax/ocr/words.ts";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import { lab, LAB_HEADER, pageOf, type Placed, readTwice, readWith, templateOf } from "./_pages.ts";

const BILL = templateOf(
  `{ subtotal: { at: Subtotal, type: money }, discount: { at: Discount, type: money }, total: { at: Total, type: money } }`,
  `
tables:
  lines:
    columns:
      code: { at: CPT, type: procedure }
      qty: { at: Qty, type: digits }
      price: { at: Price, type: money }
      amount: { at: Amount, type: money, required: true }
    key: [code]
    until: [Subtotal, Total]
    checks: [qty * price = amount]
checks: [sum(lines.amount) = subtotal, if not empty(discount) then subtotal - discount = total]
`,
);
const bill = (first: Partial<Record<"qty" | "price" | "amount", string>> = {}) =>
  pageOf([
    [[150, "CPT"], [500, "Qty"], [800, "Price"], [1200, "Amount"]],
    [[150, "99213"], [500, first.qty ?? "2"], [800, first.price ?? "79.50"], [
      1200,
      first.amount ?? "159.00",
    ]],
    [[150, "85025"], [500, "1"], [800, "31.10"], [1200, "31.10"]],
    [[800, "Subtotal:"], [1200, "190.10"]],
    [[800, "Discount:"], [1200, "20.10"]],
    [[800, "Total:"], [1200, "170.00"]],
  ]);
const misread = (what: string, as: string, confidence = 0.97) => (word: Word) =>
  word.text === what ? { ...word, text: as, confidence } : word;
const readBill = (page: ReturnType<typeof bill>) => understand([page], [BILL]);

Deno.test("of two readings of a value the one stands with which its line comes out", () => {
  const document = readBill(readTwice(bill({ price: "19.50" }), misread("19.50", "79.50", 0.9)));
  const { price } = document.tables.lines[0];
  assertEquals([price.value, price.confidence >= 0.95], ["79.50", true]);
  assert(document.checks.every(({ isMet }) => isMet));
});

Deno.test("a value that nobody could read surely follows from sure ones where it looks like what was read", () => {
  const read = (price: string, other: string) =>
    readBill(readTwice(bill({ price }), misread(price, other))).tables.lines[0].price;
  const near = read("78.50", "76.50");
  assertEquals([near.value, near.source, near.confidence >= 0.95], ["79.50", "derived", true]);
  const far = read("12.50", "16.50");
  assertEquals([far.source, far.confidence <= 0.5], ["ocr", true]);
});

Deno.test("what a check asks for under a condition counts where that holds, and not elsewhere", () => {
  const unsure = readWith(bill(), 0.6);
  assert(readBill(unsure).fields.total.confidence >= 0.95);
  const words = unsure.passes[0].filter(({ text }) => text !== "Discount:" && text !== "20.10");
  const { total } = readBill({ ...unsure, passes: [words, words] }).fields;
  assert(total.confidence < 0.95 && !total.notes!.includes("check_met"), JSON.stringify(total));
});

const LAB = templateOf(
  "{ name: { at: Patient, type: name } }",
  `
tables:
  lines:
    columns:
      name: { at: Test, type: analyte }
      value: { at: Result, type: result, required: true }
      flag: { at: Flag, type: { enum: { H: [High], L: [Low], HH: [] } } }
      range: { at: Reference Range, type: range }
    key: [name]
    checks: ['flag <=> outside(value, range)', decimals(value) = decimals(range)]
`,
);
const readLab = (...rows: readonly Placed[][]) =>
  understand([pageOf([LAB_HEADER, ...rows])], [LAB]).tables.lines;

Deno.test("a flag that neither pass saw is filled in beside a sure result where the table has others, and says so", () => {
  const [, { flag, value }] = readLab(
    lab("Sodium", "150", "H", "135-145"),
    lab("Ferritin", "12", "", "15-150"),
  );
  assertEquals([flag.value, flag.source, flag.notes], ["L", "derived", ["derived"]]);
  assert(flag.confidence >= 0.95 && flag.confidence <= 0.96 && value.confidence >= 0.95);
  const [{ flag: alone }] = readLab(lab("Ferritin", "12", "", "15-150"));
  assertEquals([alone.value, alone.confidence <= 0.5], ["", true]);
});

Deno.test("a point is put back where the flag fits only then", () => {
  const [{ value }] = readLab(lab("Vitamin B12", "99", "", "8.7-10.2"));
  assertEquals([value.value, value.confidence >= 0.95], ["9.9", true]);
  const [{ value: high }] = readLab(lab("Vitamin B12", "504", "H", "0.4-4.5"));
  assertEquals([high.value, high.confidence <= 0.5], ["504", true]);
});

Deno.test("a whole number is doubted where results of the test have decimals, even if its range has none either", () => {
  const [a1c, glucose] = readLab(lab("Hemoglobin A1c", "52", "", "48-56"), lab("Glucose", "85", "", "70-99"));
  assert(a1c.value.confidence < 0.95 && a1c.range.confidence < 0.95);
  assert(glucose.value.confidence >= 0.95 && glucose.range.confidence >= 0.95);
});

Deno.test("a flag that one pass saw unsurely is sure where one has to stand, and nowhere else", () => {
  const page = readWith(
    pageOf([LAB_HEADER, lab("Sodium", "150", "H", "135-145"), lab("Chloride", "101", "L", "98-107")]),
    0.6,
  );
  const [sodium, chloride] = understand([
    readTwice(page, (word) => /^[HL]$/.test(word.text) ? undefined : word),
  ], [LAB]).tables.lines;
  assert(sodium.flag.confidence >= 0.95, JSON.stringify(sodium.flag));
  assert(chloride.flag.confidence < 0.95);
  const doubled = page.passes[0].map((word) => word.text === "H" ? { ...word, text: "HH" } : word);
  const [{ flag }] = understand([{ ...page, passes: [doubled, doubled] }], [LAB]).tables.lines;
  assert(flag.confidence < 0.95, JSON.stringify(flag));
});
