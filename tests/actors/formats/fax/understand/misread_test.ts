import { assert, assertEquals } from "@std/assert";
import type { PageWords, Word } from "../../../../../actors/formats/fax/ocr/words.ts";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import { lab, LAB_HEADER, pageOf, type Placed, readTwice, readWith, templateOf } from "./_pages.ts";

const FIELDS = `{
  patientName: { at: [Patient], type: name },
  invoiceDate: { at: [Invoice Date], type: date },
  adjustments: { at: [Discount], type: money },
  mrn: { at: [MRN], type: identifier },
  refNo: { at: [Ref No], type: identifier }
}`;
const TEMPLATE = templateOf(
  FIELDS,
  `
tables:
  lines:
    columns:
      date: { at: Date, type: date }
      code: { at: CPT, type: procedure }
      desc: { at: Description, type: service }
      dx: { at: Diagnosis, type: icd10 }
    key: [code]
`,
);
const read = (page: PageWords) => understand([page], [TEMPLATE]);
const fieldsOf = (...lines: readonly Placed[][]) => read(pageOf(lines)).fields;
const HEADER: readonly Placed[] = [[150, "Date"], [400, "CPT"], [600, "Description"], [1200, "Diagnosis"]];
const row = (date: string, desc: string, dx: string): Placed[] => [[150, date], [400, "99213"], [600, desc], [
  1200,
  dx,
]];
const isSure = ({ confidence }: { confidence: number }) => confidence >= 0.95;

Deno.test("a label is found by its strokes, whichever letters were made of them", () => {
  for (const label of ["Pauent", "Panent", "Patient"]) {
    assertEquals(fieldsOf([[150, `${label}:`], [400, "Nwosu, Priya"]]).patientName?.value, "Nwosu, Priya");
  }
  assertEquals(fieldsOf([[150, "Parcel:"], [400, "Nwosu, Priya"]]).patientName, undefined);
  // Nothing but strokes is any text.
  assertEquals(fieldsOf([[150, "Tent o:"], [400, "Q-77"]]).refNo, undefined);
});

Deno.test("a description is put right by the strokes of words that are known", () => {
  const descOf = (desc: string) =>
    read(pageOf([HEADER, row("01/02/2026", desc, "I10")])).tables.lines[0].desc;
  assertEquals(descOf("Jomt injection").value, "Joint injection");
  assertEquals(descOf("Immunization admimsnation").value, "Immunization administration");
  // Too short: its strokes are those of many.
  assertEquals(descOf("Tnp injection").value, "Tnp injection");
});

Deno.test("a name that has the strokes of a common one, and is none, is in doubt", () => {
  const name = (name: string) => isSure(fieldsOf([[150, "Patient:"], [400, name]]).patientName);
  assertEquals(["Juha Moreno", "Julia Moreno", "Priya Nwosu"].map(name), [false, true, true]);
});

Deno.test("marks beside a date are none of it, and cents apart from a sum below nothing are its own", () => {
  const { invoiceDate, adjustments } = fieldsOf([[150, "Invoice Date:"], [400, "“Apr 7. 2026_"]], [
    [150, "Discount:"],
    [400, "-$26 04"],
  ]);
  assertEquals([invoiceDate.value, adjustments.value], ["20260407", "-26.04"]);
});

Deno.test("a diagnosis that lost what stands behind its point is in doubt", () => {
  const dxOf = (dx: string) => read(pageOf([HEADER, row("01/02/2026", "Visit", dx)])).tables.lines[0].dx;
  assertEquals(["N40", "I10", "N40.1"].map((dx) => isSure(dxOf(dx))), [false, true, true]);
});

Deno.test("an invoice that is years away from its lines had its date misread", () => {
  const dated = (date: string) =>
    fieldsOf(
      [[150, "Invoice Date:"], [400, date]],
      [],
      [...HEADER],
      row("03/02/2026", "Visit", "I10"),
    ).invoiceDate;
  assertEquals(["03/08/2026", "03/08/2020"].map((date) => isSure(dated(date))), [true, false]);
  assert(dated("03/08/2020").notes!.includes("far"));
});

Deno.test("a value that one pass read is surer where the other has the same digits without its marks", () => {
  const rangeOf = (other: string) => {
    const page = pageOf([LAB_HEADER, lab("Strange", "7.5", "", "6.0-8.3")]);
    const change = (word: Word) =>
      word.text === "6.0-8.3" ? { ...word, text: other, confidence: 0.86 } : word;
    return understand([readTwice(page, change)], [LAB]).tables.lines[0].range;
  };
  assert(rangeOf("6083").confidence > rangeOf("6O9zz").confidence);
  assert(rangeOf("6083").notes!.includes("unreadable"));
});

const LAB = templateOf(
  "{ name: { at: Patient, type: name } }",
  `
tables:
  lines:
    columns:
      name: { at: Test, type: analyte }
      loinc: { at: LOINC, type: loinc }
      value: { at: Result, type: result, required: true }
      flag: { at: Flag, type: { enum: { H: [High], L: [Low] } } }
      range: { at: Reference Range, type: range }
      unit: { at: Units, type: unit }
    key: [name]
    checks: ['flag <=> outside(value, range)', decimals(value) = decimals(range)]
`,
);
const measured = (name: string, unit: string, other = unit) => {
  const page = pageOf([[...LAB_HEADER, [1500, "Units"]], [...lab(name, "75", "", "70-99"), [1500, unit]]]);
  const change = (word: Word) => word.text === unit ? { ...word, text: other } : word;
  return understand([readWith(page, 0.4)].map((each) => readTwice(each, change)), [LAB]).tables.lines[0].unit;
};

Deno.test("a unit that results of the test are measured in is sure, also where one pass has it alone", () => {
  assertEquals(["mg/dL", "mmol/L"].map((unit) => isSure(measured("Glucose", unit))), [true, true]);
  const once = measured("Glucose", "marae", "mg/dL");
  assertEquals([once.value, isSure(once)], ["mg/dL", true]);
  // Both may be meant; nobody knows the test; the other unit is of another test.
  assertEquals(isSure(measured("Glucose", "mmol/L", "mg/dL")), false);
  assertEquals(isSure(measured("Strange", "mg/dL", "marae")), false);
  assertEquals(isSure(measured("Glucose", "U/L", "fL")), false);
});

Deno.test("a short name that is nearly one of a test is in doubt, and one in capitals stays so", () => {
  const nameOf = (name: string) =>
    understand([pageOf([LAB_HEADER, lab(name, "75", "", "70-99")])], [LAB]).tables.lines[0].name;
  assertEquals(["ROW", "RDW", "HEMOGLOBIN AlC"].map((name) => isSure(nameOf(name))), [false, true, true]);
  assertEquals(nameOf("HEMOGLOBIN AlC").value, "HEMOGLOBIN A1C");
});

Deno.test("a test whose results have decimals is known by its code where its name was misread", () => {
  const valueOf = (loinc: string) =>
    understand([
      pageOf([[[150, "Test"], [600, "Result"], [900, "LOINC"], [1100, "Reference Range"]], [
        [150, "Wbbq"],
        [600, "100"],
        [900, loinc],
        [1100, "110-150"],
      ]]),
    ], [LAB]).tables.lines[0].value;
  assertEquals(["788-0", "2951-2"].map((loinc) => isSure(valueOf(loinc))), [false, true]);
});

Deno.test("where all letters have the same room, what may be a nought is in doubt on a page that was not read well", () => {
  const words = ["Chloride", "Potassium", "Creatinine", "Hematocrit", "Cholesterol", "Ferritin", "Calcium"];
  const page = readWith(
    pageOf([
      [[150, "MRN:"], [400, "163771"]],
      ...words.map((word): Placed[] => [[150, word], [600, "Visit"]]),
    ]),
    0.9,
  );
  const wider = {
    ...page,
    passes: page.passes.map((pass) =>
      pass.map((word, at) => ({ ...word, box: { ...word.box, x1: word.box.x1 + at % 3 * 12 } }))
    ),
  } as unknown as PageWords;
  const mrnOn = (seen: PageWords, quality: number) => read({ ...seen, quality }).fields.mrn;
  assert(mrnOn(page, 0.88).notes!.includes("ambiguous") && !isSure(mrnOn(page, 0.88)));
  assertEquals([isSure(mrnOn(page, 0.95)), isSure(mrnOn(wider, 0.88))], [true, true]);
});

Deno.test("a letter of a few that may stand there is sure where both passes read it, on bad pages too", () => {
  const flagOf = (confidence: number) =>
    understand([{
      ...readWith(pageOf([LAB_HEADER, lab("Strange", "75", "H", "")]), confidence),
      quality: 0.65,
    }], [LAB]).tables.lines[0].flag;
  assertEquals([isSure(flagOf(0.9)), isSure(flagOf(0.5))], [true, false]);
});

Deno.test("known words vouch for nothing where the other pass has a word more", () => {
  const descOf = (other: string) => {
    const page = pageOf([HEADER, row("01/02/2026", "Strep xx rapid test", "I10")]);
    const passes = ["", other].map((text) =>
      page.passes[0].flatMap((word) => word.text !== "xx" ? [word] : text === "" ? [] : [{ ...word, text }])
    );
    return read({ ...page, passes: [passes[0], passes[1]] }).tables.lines[0].desc;
  };
  assertEquals(["", "Q"].map((other) => isSure(descOf(other))), [true, false]);
});
