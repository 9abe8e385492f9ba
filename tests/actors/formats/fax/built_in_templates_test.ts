import { assert, assertEquals } from "@std/assert";
import { isLoinc } from "../../../../actors/formats/fax/understand/types/check_digits.ts";
import { analytes } from "../../../../actors/formats/fax/understand/types/lexicons/analytes.ts";
import { builtInTemplates } from "../../../../actors/formats/fax/understand/templates/mod.ts";
import { understand } from "../../../../actors/formats/fax/understand/understand.ts";
import { valueAt } from "../../../../runtime/contract/document.ts";
import { invoicePage, pageOf, type Placed } from "./_made_up_pages.ts";

const templates = builtInTemplates();

Deno.test("there is a built-in template for each kind of document", () => {
  assertEquals(templates.map(({ name, kind }) => [name, kind]), [
    ["invoice", "invoice"],
    ["lab_report", "lab_report"],
    ["referral", "referral"],
  ]);
});

Deno.test("no label stands twice in a field, and no heading in a column", () => {
  for (const { fields, tables } of templates) {
    const lists = [
      ...Object.entries(fields).map(([name, { anchors }]) => [name, anchors] as const),
      ...Object.values(tables).flatMap(({ columns }) =>
        Object.entries(columns).map(([name, { headers }]) => [name, headers] as const)
      ),
    ];
    for (const [name, texts] of lists) assertEquals(texts.length, new Set(texts).size, name);
  }
});

Deno.test("codes of known laboratory tests have the check digit that LOINC gives them", () => {
  for (const [name, code] of Object.entries(analytes)) assert(isLoinc(code), `${name} ${code}`);
});

Deno.test("an invoice of a layout that nobody has described is read", () => {
  const document = understand(
    [invoicePage({
      number: "Q/77",
      name: "Nwosu, Priya",
      born: "02/11/1961",
      record: "A-1203",
      amounts: ["10.00", "5.50"],
    })],
    templates,
  );
  assertEquals(document.kind, "invoice");
  assert(document.checks.length > 0 && document.checks.every(({ isMet }) => isMet));
  const read = (path: string) => valueAt(document, path)?.value;
  assertEquals(
    ["invoiceNo", "mrn", "dob", "total", "lines[1].desc", "lines[2].date"].map(read),
    ["Q/77", "A-1203", "19610211", "15.50", "Office visit", "20260211"],
  );
});

Deno.test("a flag that contradicts its range is told", () => {
  const report = (value: string, flag: string) =>
    understand([
      pageOf([
        [[150, "Laboratory Report"]],
        [[150, "Patient:"], [420, "Nwosu, Priya"], [950, "MRN:"], [1250, "771203"]],
        [[150, "DOB:"], [420, "02/11/1961"], [950, "Accession:"], [1250, "L-4411"]],
        [[150, "Collected:"], [420, "03/01/2026 08:15"]],
        [],
        [[150, "Analyte"], [600, "Value"], [800, "Flag"], [950, "Normal Range"], [1300, "Units"]],
        [[150, "Glucose"], [600, value], ...flag ? [[800, flag] as const] : [], [950, "70-99"], [
          1300,
          "mg/dL",
        ]],
        [[150, "Sodium"], [600, "140"], [950, "135-145"], [1300, "mmol/L"]],
      ]),
    ], templates);
  const right = report("130", "H");
  assertEquals(right.kind, "lab_report");
  assertEquals(right.checks.filter(({ isMet }) => isMet === false), []);
  assertEquals(valueAt(right, "lines[1].flag")?.value, "H");
  assertEquals(valueAt(right, "lines[2].flag")?.value, "");
  const wrong = report("80", "H").checks.filter(({ isMet }) => isMet === false);
  assertEquals(wrong.map(({ rule }) => rule), ["flag <=> outside(value, range)"]);
});

Deno.test("what mentions an invoice, and what says that it is none, stays unknown", () => {
  const letter = pageOf([
    [[150, "To the billing office,"]],
    [[150, "I received invoice INV-4411 and the total due of $310.00 seems wrong to me."]],
    [[150, "My date of birth is 02/11/1961, and my account number is 771203."]],
  ]);
  assertEquals(understand([letter], templates).kind, "unknown");
  const page = invoicePage({
    number: "1",
    name: "Nwosu, Priya",
    born: "02/11/1961",
    record: "771203",
    amounts: ["10.00"],
  });
  const note = pageOf([[[150, "THIS IS NOT A BILL"]]], 2);
  assertEquals(understand([page, note], templates).kind, "unknown");
});

Deno.test("a referral is known by its title or by what it asks for", () => {
  const form = pageOf([
    [[150, "REFERRAL REQUEST"]],
    [[150, "Patient:"], [420, "Nwosu, Priya"], [950, "MRN:"], [1250, "771203"]],
    [[150, "DOB:"], [420, "02/11/1961"], [950, "Referral No:"], [1250, "RF-4411"]],
  ]);
  const document = understand([form], templates);
  assertEquals([document.kind, valueAt(document, "referralNo")?.value], ["referral", "RF-4411"]);
});

/** A bill in all but what it says it is. */
const bill = (title: string, ...labels: string[]) =>
  understand([
    pageOf([
      [[150, "Harbour Street Clinic"]],
      [[150, title]],
      [[150, "Patient:"], [420, "Nwosu, Priya"], [950, "MRN:"], [1250, "771203"]],
      [[150, "DOB:"], [420, "02/11/36"], ...labels.map((label, at): Placed => [950 + 500 * at, label])],
      [],
      [[150, "DOS"], [400, "CPT"], [600, "Details"], [1400, "Charges"]],
      [[150, "01/11/2026"], [400, "99213"], [600, "Office visit"], [1400, "10.00"]],
      [],
      [[1100, "Total:"], [1400, "10.00"]],
    ]),
  ], templates);

Deno.test("what says that it is a bill is one, and what only looks like a bill is none", () => {
  const kinds = ["Tax Invoice", "Office charges", "Estimate of Charges", "Claim Summary", "Payment Receipt"]
    .map((title) => bill(title).kind);
  assertEquals(kinds, ["invoice", "unknown", "unknown", "unknown", "unknown"]);
  assertEquals(bill("Office charges", "Bill No: Q/77").kind, "invoice");
  assertEquals(bill("Payment Receipt", "Bill No: Q/77").kind, "unknown");
});

Deno.test("nobody is born in years to come", () => {
  assertEquals(bill("Invoice").fields.dob.value, "19360211");
});

Deno.test("the number of a form's next box is no value", () => {
  const document = understand([
    pageOf([
      [[150, "Invoice"]],
      [[150, "1. Patient:"], [420, "Nwosu, Priya"], [950, "2. MRN:"], [1250, "771203"]],
      [[150, "3. DOB:"], [420, "02/11/1961"], [950, "4. Account No"], [1300, "5. Bill No: Q/77"]],
      [[950, "A-2290"]],
      [[150, "DOS"], [400, "CPT"], [600, "Details"], [1400, "Charges"]],
      [[150, "01/11/2026"], [400, "99213"], [600, "Office visit"], [1400, "10.00"]],
    ]),
  ], templates);
  assertEquals([document.fields.accountNo?.value, document.fields.invoiceNo.value], ["A-2290", "Q/77"]);
});

Deno.test("a list of results that is nobody's, and a note with results in it, are no laboratory reports", () => {
  const kindOf = (...lines: Placed[][]) =>
    understand([
      pageOf([
        ...lines,
        [],
        [[150, "Test"], [600, "Result"], [950, "Reference Range"], [1300, "Units"]],
        [[150, "Glucose"], [600, "80"], [950, "70-99"], [1300, "mg/dL"]],
        [[150, "Sodium"], [600, "140"], [950, "135-145"], [1300, "mmol/L"]],
      ]),
    ], templates).kind;
  const patient: Placed[] = [[150, "Patient:"], [420, "Nwosu, Priya"], [950, "MRN:"], [1250, "771203"]];
  const born: Placed[] = [[150, "DOB:"], [420, "02/11/1961"]];
  assertEquals(kindOf([[150, "Laboratory Results"]], [[150, "Lot:"], [420, "77120"]]), "unknown");
  assertEquals(kindOf([[150, "Visit"]], patient, born, [[150, "Laboratory Results"]]), "unknown");
  assertEquals(
    kindOf([[150, "Laboratory Results"]], patient, born, [[150, "Collected:"], [420, "03/01/2026 08:15"]]),
    "lab_report",
  );
});

Deno.test("flags behind results are flags, whether a heading names them or not", () => {
  const { tables } = understand([
    pageOf([
      [[150, "Laboratory Report"]],
      [[150, "Patient:"], [420, "Nwosu, Priya"], [950, "MRN:"], [1250, "771203"]],
      [[150, "DOB:"], [420, "02/11/1961"], [950, "Accession:"], [1250, "L-4411"]],
      [],
      [[150, "Test"], [600, "Result"], [950, "Reference Range"], [1300, "Units"]],
      [[150, "Glucose"], [600, "112 H"], [950, "70-99"], [1300, "mg/dL"]],
      [[150, "Sodium"], [600, "140"], [950, "135-145"], [1300, "mmol/L"]],
    ]),
  ], templates);
  assertEquals(tables.lines.map(({ value, flag }) => [value.value, flag.value]), [["112", "H"], ["140", ""]]);
  assert(tables.lines.every(({ flag }) => flag.confidence >= 0.95));
});
