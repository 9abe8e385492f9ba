import { assert, assertEquals } from "@std/assert";
import type { PageWords } from "../../../../../actors/formats/fax/ocr/words.ts";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import { pageOf, type Placed, readWith, templateOf } from "./_pages.ts";

const template = templateOf(
  "{ collected: { at: Collected, type: datetime }, invoiceDate: { at: Invoice Date, type: date } }",
  `
tables:
  lines:
    columns:
      date: { at: Date, type: date }
      code: { at: CPT, type: procedure }
      desc: { at: Description, type: service }
      dx: { at: Diagnosis, type: icd10 }
      unit: { at: Unit, type: unit }
    key: [code]
`,
);
const HEADER: readonly Placed[] = [[150, "Date"], [400, "CPT"], [600, "Description"]];
const row = (date: string, code: string, desc: string): Placed[] => [[150, date], [400, code], [600, desc]];
const linesOf = (page: PageWords) => understand([page], [template]).tables.lines;
const isSure = ({ confidence }: { confidence: number }) => confidence >= 0.95;

Deno.test("what is made of known words is sure however unsurely both passes read it, its numbers apart", () => {
  const page = readWith(
    pageOf([HEADER, row("11/02/2026", "99213", "Venipuncture"), row("11/03/2026", "85025", "Strange words"), [
      [150, "11/04/2026"],
      [400, "73560"],
      [600, "Chest, 2 views"],
    ]]),
    0.3,
  );
  assertEquals(linesOf(page).map(({ desc }) => isSure(desc)), [true, false, false]);
});

Deno.test("a unit that is known is sure, and what is only like a short one is not", () => {
  const units = (unit: string) =>
    linesOf(
      readWith(
        pageOf([[...HEADER, [1300, "Unit"]], [...row("11/02/2026", "99213", "Visit"), [1300, unit]]]),
        0.3,
      ),
    )
      .map(({ unit }) => isSure(unit));
  assertEquals(units("mg/dL"), [true]);
  assertEquals(units("fl"), [false]);
  assertEquals(units("nmol/L"), [false]);
  // What is left of another where a thin letter is lost.
  assertEquals(units("U/L"), [false]);
});

Deno.test("a date years away from those of the other lines is in doubt", () => {
  const dates = ["03/09/26", "03/10/26", "03/11/20", "03/12/26"];
  const lines = linesOf(pageOf([HEADER, ...dates.map((date) => row(date, "99213", "Visit"))]));
  assertEquals(lines.map(({ date }) => isSure(date)), [true, true, false, true]);
  assert(lines[2].date.notes!.includes("far"));
});

Deno.test("the code of a drug has a J where both passes saw a one", () => {
  const lines = linesOf(pageOf([
    HEADER,
    row("11/02/2026", "13420", "Vitamin B12 injection, 1000 mcg"),
    row("11/02/2026", "11042", "Wound debridement"),
  ]));
  assertEquals(lines.map(({ code }) => [code.value, isSure(code)]), [["J3420", true], ["11042", true]]);
});

Deno.test("a day with something unreadable behind it has no time yet", () => {
  const read = (text: string) =>
    understand([pageOf([[[150, "Collected:"], [400, text]]])], [template]).fields.collected;
  assertEquals([read("11/02/2026").value, isSure(read("11/02/2026"))], ["20261102", true]);
  assert(!isSure(read("11/02/2026 16.°9")));
});

Deno.test("a column whose heading says nothing is named by what stands in it, if that can be one thing alone", () => {
  const codes = ["E11.9", "M17.11", "N39.0"];
  const page = pageOf([
    [...HEADER, [1300, "Xyz"]],
    ...codes.map((code, at): Placed[] => [...row(`11/0${at + 1}/2026`, "99213", "Visit"), [1300, code]]),
  ]);
  assertEquals(linesOf(page).map(({ dx }) => dx?.value), codes);
  const other = pageOf([
    [...HEADER, [1300, "Xyz"]],
    ...codes.map((_, at): Placed[] => [...row(`11/0${at + 1}/2026`, "99213", "Visit"), [1300, "JLM"]]),
  ]);
  assert(linesOf(other).every((line) => !("dx" in line)));
});

Deno.test("known words vouch for no number among them", () => {
  const page = pageOf([HEADER, row("11/02/2026", "12001", "Wound repair, 25 cm")]);
  const [first] = page.passes;
  const second = first.map((word) =>
    word.text === "25" ? { ...word, text: "2.5" } : word.text === "cm" ? { ...word, text: "crn" } : word
  );
  assert(!isSure(linesOf({ ...page, passes: [first, second] })[0].desc));
});

Deno.test("a repaired code close to the one that its name is known to have is in doubt", () => {
  const lab = templateOf(
    "{ name: { at: Patient, type: name } }",
    "tables: { lines: { columns: { name: { at: Test, type: analyte }, loinc: { at: LOINC, type: loinc }, unit: { at: Unit, type: unit } }, key: [name] } }",
  );
  const codeOf = (code: string) =>
    understand([
      pageOf([[[150, "Test"], [600, "LOINC"], [900, "Unit"]], [[150, "Cholesterol"], [600, code], [
        900,
        "mg/dL",
      ]]]),
    ], [lab]).tables.lines[0].loinc;
  assertEquals([codeOf("2093-3").value, isSure(codeOf("2093-3"))], ["2093-3", true]);
  assertEquals([codeOf("2OO3-2").value, isSure(codeOf("2OO3-2"))], ["2003-2", false]);
});
