import { assert, assertEquals } from "@std/assert";
import type { PageWords } from "../../../../../actors/formats/fax/ocr/words.ts";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import type { ReadRow, RecognisedDocument } from "../../../../../runtime/contract/document.ts";
import { lab, LAB_HEADER, pageOf, type Placed, readTwice, templateOf } from "./_pages.ts";

const TABLE = `
tables:
  lines:
    columns:
      date: { at: [Date, Service Date], type: date }
      code: { at: [CPT, Code], type: procedure }
      desc: { at: Description, type: text }
      qty: { at: [Qty, Units], type: { digits: [1, 2] } }
      price: { at: [Price, Unit Price], type: money }
      amount: { at: [Amount, Charge], type: money, required: true }
    key: [code]
    until: [Total]
    checks: [qty * price = amount]
checks: [sum(lines.amount) = total]
`;
const template = templateOf("{ total: { at: Total, type: money } }", TABLE);

const HEADER: readonly Placed[] = [
  [150, "Date"],
  [400, "CPT"],
  [600, "Description"],
  [1100, "Qty"],
  [1250, "Price"],
  [1450, "Amount"],
];
/** A row under those headings, its numbers on the right. */
const row = (
  date: string,
  code: string,
  desc: string,
  qty: string,
  price: string,
  amount: string,
): Placed[] => [
  [150, date],
  [400, code],
  [600, desc],
  [1133 - 11 * qty.length, qty],
  [1305 - 11 * price.length, price],
  [1516 - 11 * amount.length, amount],
];
const ROWS = [
  row("11/02/2026", "99213", "Office visit", "2", "10.00", "20.00"),
  row("11/03/2026", "36415", "Venipuncture", "1", "145.50", "145.50"),
];
const TOTAL: readonly Placed[] = [[1250, "Total:"], [1450, "165.50"]];

const readAll = (...pages: PageWords[]) => understand(pages, [template]);
const texts = ({ tables }: RecognisedDocument) =>
  (tables.lines ?? []).map((each) => Object.values(each).map(({ value }) => value));
const sure = (each: ReadRow) => Object.values(each).every(({ confidence }) => confidence >= 0.95);

const EXPECTED = [
  ["20261102", "99213", "Office visit", "2", "10.00", "20.00"],
  ["20261103", "36415", "Venipuncture", "1", "145.50", "145.50"],
];

Deno.test("a table is read by its headings, and its checks make it sure", () => {
  const document = readAll(pageOf([HEADER, ...ROWS, TOTAL]));
  assertEquals(texts(document), EXPECTED);
  assert(document.tables.lines.every(sure));
  assertEquals(document.checks, [
    {
      rule: "qty * price = amount",
      isMet: true,
      about: ["lines[1].qty", "lines[1].price", "lines[1].amount"],
    },
    {
      rule: "qty * price = amount",
      isMet: true,
      about: ["lines[2].qty", "lines[2].price", "lines[2].amount"],
    },
    {
      rule: "sum(lines.amount) = total",
      isMet: true,
      about: ["lines[1].amount", "lines[2].amount", "total"],
    },
  ]);
});

Deno.test("columns stand in any order, and some may be missing", () => {
  const document = readAll(pageOf([
    [[150, "Charge"], [500, "Code"], [800, "Service Date"]],
    [[150, "20.00"], [500, "99213"], [800, "11/02/2026"]],
    [[150, "145.50"], [500, "36415"], [800, "11/03/2026"]],
    TOTAL,
  ]));
  assertEquals(texts(document), [["20.00", "99213", "20261102"], ["145.50", "36415", "20261103"]]);
  // What needs a column that there is not is no check of this document.
  assertEquals(document.checks.map(({ rule, isMet }) => [rule, isMet]), [[
    "sum(lines.amount) = total",
    true,
  ]]);
});

Deno.test("headings may be written in two lines", () => {
  const document = readAll(pageOf([
    [[150, "Service"], [400, "CPT"], [600, "Description"], [1100, "Qty"], [1250, "Unit"], [1450, "Amount"]],
    [[150, "Date"], [1250, "Price"]],
    ...ROWS,
    TOTAL,
  ]));
  assertEquals(texts(document), EXPECTED);
});

Deno.test("a heading that nobody knows is a column of its own", () => {
  const document = readAll(pageOf([
    [...HEADER.slice(0, 2), [500, "Mod"], ...HEADER.slice(2)],
    ...ROWS.map((each): Placed[] => [...each.slice(0, 2), [500, "25"], ...each.slice(2)]),
    TOTAL,
  ]));
  assertEquals(texts(document), EXPECTED);
});

Deno.test("a line with nothing but more of a description belongs to the row above", () => {
  const document = readAll(pageOf([HEADER, ROWS[0], [[600, "established patient"]], ROWS[1], TOTAL]));
  assertEquals(texts(document).map((each) => each[2]), ["Office visit established patient", "Venipuncture"]);
});

Deno.test("a table goes on on the next page, with its header or without", () => {
  const first = pageOf([HEADER, ROWS[0]]);
  for (const second of [[HEADER, ROWS[1], TOTAL], [ROWS[1], TOTAL]]) {
    const document = readAll(first, pageOf(second, 2));
    assertEquals(texts(document), EXPECTED);
    assertEquals(document.tables.lines.map(({ code }) => code.page), [1, 2]);
  }
});

Deno.test("a table has ended where its template says so", () => {
  const document = readAll(pageOf([HEADER, ROWS[0], TOTAL]), pageOf([ROWS[1]], 2));
  assertEquals(texts(document), EXPECTED.slice(0, 1));
});

Deno.test("a row that only one pass saw is not sure", () => {
  const page = readTwice(pageOf([HEADER, ...ROWS]), (word) => word.box.y0 > 160 ? undefined : word);
  const document = readAll(page);
  assertEquals(texts(document), EXPECTED);
  const { code, desc } = document.tables.lines[1];
  assert(code.confidence <= 0.9 && desc.confidence <= 0.9);
});

Deno.test("a check that fails puts its values in doubt, but for those that another confirms", () => {
  const wrong = row("11/03/2026", "36415", "Venipuncture", "1", "145.50", "146.50");
  const { tables, fields, checks } = readAll(pageOf([HEADER, ROWS[0], wrong, TOTAL]));
  assertEquals(checks.map(({ isMet }) => isMet), [true, false, false]);
  const [first, second] = tables.lines;
  assert(first.amount.confidence >= 0.95);
  assert(
    [second.qty, second.price, second.amount, fields.total].every(({ confidence }) => confidence <= 0.5),
  );
  assert(second.price.notes!.includes("check_failed") && second.code.confidence >= 0.95);
});

Deno.test("a value that is missing and follows from others is filled in, and says so", () => {
  const gone = readAll(pageOf([HEADER, ROWS[0], ROWS[1].filter(([x]) => x < 1100 || x > 1140), TOTAL]));
  const { qty } = gone.tables.lines[1];
  assertEquals([qty.value, qty.source, qty.notes], ["1", "derived", ["derived"]]);
  assert(qty.confidence <= 0.96);
  const total = readAll(pageOf([HEADER, ...ROWS, [[1250, "Total:"], [1450, "illegible"]]])).fields.total;
  assertEquals([total.value, total.source], ["165.50", "derived"]);
});

Deno.test("nothing is filled in that does not come out whole", () => {
  const odd = row("11/03/2026", "36415", "Venipuncture", "", "10.00", "25.00").filter(([, text]) =>
    text !== ""
  );
  const { qty } = readAll(pageOf([HEADER, odd])).tables.lines[0];
  assertEquals([qty.value, qty.source], ["", "ocr"]);
});

Deno.test("a description that goes on behind the edge of its column is in doubt", () => {
  const page = pageOf([
    HEADER,
    ROWS[0],
    ROWS[1].map(([x, text]): Placed => text === "Venipuncture" ? [1000, "drawn by a nurse"] : [x, text]),
  ]);
  const { desc } = readAll(page).tables.lines[1];
  assert(desc.confidence < 0.95, JSON.stringify(desc));
});

const LAB = templateOf(
  "{ name: { at: Patient, type: name } }",
  `
tables:
  lines:
    columns:
      name: { at: Test, type: analyte }
      value: { at: Result, type: result, required: true }
      flag: { at: Flag, type: { enum: { H: [High], L: [Low] } } }
      range: { at: Reference Range, type: range }
    key: [name]
    checks: ['flag <=> outside(value, range)']
`,
);

Deno.test("an empty flag is as sure as the result is within its range", () => {
  const { tables, checks } = understand([
    pageOf([
      LAB_HEADER,
      lab("Glucose", "85", "", "70-99"),
      lab("Potassium", "6.1", "", "3.5-5.1"),
    ]),
  ], [LAB]);
  assertEquals(checks.map(({ isMet }) => isMet), [true, false]);
  const flags = tables.lines.map(({ flag }) => [flag.value, flag.confidence >= 0.95]);
  assertEquals(flags, [["", true], ["", false]]);
});

Deno.test("a point that was lost is put back where the range says how many decimals there are, or is doubted", () => {
  const numbers = ["1001", "2002", "3003", "4004", "5005"].map((
    number,
  ): Placed[] => [[150, "No"], [600, number]]);
  const page = pageOf([
    ...numbers,
    LAB_HEADER,
    lab("Potassium", "4.4", "", "3.5-5.1"),
    lab("Glucose", "85", "", "70-99"),
    lab("Calcium", "9.4", "", "8.6-10.2"),
  ]);
  const lose = (text: string) =>
    text === "4.4" ? "44" : text === "9.4" ? "94" : text === "8.6-10.2" ? "86-102" : text;
  const words = page.passes[0].map((word) => ({ ...word, text: lose(word.text) }));
  const { tables } = understand([{ ...page, passes: [words, words] }], [LAB]);
  const [potassium, glucose, calcium] = tables.lines;
  assertEquals([potassium.value.value, potassium.value.notes!.includes("decimals")], ["4.4", true]);
  assert(glucose.value.confidence >= 0.95 && glucose.range.confidence >= 0.95);
  assert(calcium.value.confidence < 0.95 && calcium.range.confidence < 0.95);
});
