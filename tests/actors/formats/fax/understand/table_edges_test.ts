import { assert, assertEquals } from "@std/assert";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import { pageOf, type Placed, templateOf } from "./_pages.ts";

const template = templateOf(
  "{ total: { at: Total, type: money } }",
  `
tables:
  lines:
    columns:
      date: { at: [Date, No], type: date }
      code: { at: [CPT, Number], type: procedure }
      desc: { at: [Description, Name], type: text }
      qty: { at: [Days/Units], type: digits }
      price: { at: [Price], type: money }
      amount: { at: [Amount], type: money, required: true }
    key: [code, amount]
    until: [Total, Subtotal]
`,
);

const HEADER: readonly Placed[] = [
  [150, "Date"],
  [400, "CPT"],
  [600, "Description"],
  [1050, "Days/Units"],
  [1250, "Price"],
  [1450, "Amount"],
];
const row = (date: string, code: string, desc: string, qty: string, price: string): Placed[] => [
  [150, date],
  [400, code],
  [600, desc],
  // Numbers on the right: they stand close to those of the next column.
  [1160 - 11 * qty.length, qty],
  [1250 - 11 * (price.length - 5), price],
  [1461, price],
];
const ROWS = [
  row("11/02/2026", "99213", "Office visit", "1", "110.00"),
  row("11/03/2026", "36415", "Venipuncture", "1", "145.50"),
];

const read = (...lines: (readonly Placed[])[]) => understand([pageOf(lines)], [template]).tables.lines;
const texts = (...lines: (readonly Placed[])[]) =>
  read(...lines).map((each) => Object.values(each).map(({ value }) => value));
const EXPECTED = [
  ["20261102", "99213", "Office visit", "1", "110.00", "110.00"],
  ["20261103", "36415", "Venipuncture", "1", "145.50", "145.50"],
];

Deno.test("a column whose values stand on its right is told from the next one", () => {
  assertEquals(texts(HEADER, ...ROWS), EXPECTED);
});

Deno.test("sums of parts stand between rows, and are none", () => {
  const sum: Placed[] = [[600, "Subtotal for 11/02/2026"], [1461, "110.00"]];
  assertEquals(texts(HEADER, ROWS[0], sum, ROWS[1], [[600, "Total"], [1461, "255.50"]]), EXPECTED);
});

Deno.test("what was not read without the line below is read with it", () => {
  const [, ...rest] = ROWS[0];
  assertEquals(texts(HEADER, [[150, "November 2,"], ...rest], [[150, "2026"]], ROWS[1]), EXPECTED);
});

Deno.test("a heading between rows is no more of the text above", () => {
  for (const heading of [[600, "SURGERY"], [560, "Surgery"]] as const) {
    assertEquals(texts(HEADER, ROWS[0], [heading], ROWS[1]), EXPECTED);
  }
});

Deno.test("a text that may go on in a line with something else is in doubt", () => {
  const [first, second] = read(HEADER, ROWS[0], [[150, "late"], [600, "established"]], ROWS[1]);
  assertEquals(first.desc.value, "Office visit");
  assert(first.desc.confidence <= 0.5 && second.desc.confidence >= 0.95);
});

Deno.test("labels beside each other are no headings", () => {
  const labels: Placed[] = [[150, "Account No"], [400, "Case Number"], [600, "Pet Name"], [
    1250,
    "List Price",
  ]];
  const values: Placed[] = [[150, "01/02/2026"], [400, "99213"], [600, "Rex"], [1250, "10.00"]];
  assertEquals(texts(labels, values, [], HEADER, ...ROWS), EXPECTED);
});

Deno.test("the text of a last column goes as far as it goes", () => {
  const text = "Therapeutic injection, subcutaneous or intramuscular, of what was ordered";
  const last: Placed[] = [...HEADER.filter(([, each]) => each !== "Description"), [1600, "Name"]];
  const wide = ROWS.map((each): Placed[] => [...each.filter((_, at) => at !== 2), [1600, text]]);
  assertEquals(read(last, ...wide).map(({ desc }) => desc.value), [text, text]);
});

Deno.test("headings of two columns that stand close are not one heading of both", () => {
  const near: Placed[] = [...HEADER.slice(0, 3), [1200, "Days"], [1262, "Units"], [1450, "Amount"]];
  const rows = ROWS.map((each): Placed[] => each.filter((_, at) => at !== 3 && at !== 4));
  assertEquals(read(near, ...rows).map((each) => Object.keys(each).includes("qty")), [false, false]);
});
