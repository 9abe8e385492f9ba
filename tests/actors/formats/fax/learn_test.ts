import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { valueAt } from "../../../../runtime/contract/document.ts";
import { shapeOf } from "../../../../actors/formats/fax/understand/learn/shapes.ts";
import { proposeTemplate } from "../../../../actors/formats/fax/understand/learn/propose.ts";
import { readTemplate } from "../../../../actors/formats/fax/understand/read_template.ts";
import { builtInTemplates } from "../../../../actors/formats/fax/understand/templates/mod.ts";
import { understand } from "../../../../actors/formats/fax/understand/understand.ts";
import { invoicePage, pageOf } from "./_made_up_pages.ts";

const examples = [
  invoicePage({
    number: "HS-1042",
    name: "Priya Nwosu",
    born: "02/11/1961",
    record: "77-1203",
    amounts: ["10.00", "25.50"],
  }),
  invoicePage({
    number: "HS-2001",
    name: "Julio Quiroga",
    born: "07/30/1984",
    record: "52-9918",
    amounts: ["99.00"],
  }),
  invoicePage({
    number: "HS-3777",
    name: "Sigrid Engstrom",
    born: "12/01/2001",
    record: "31-4455",
    amounts: ["1.00", "2.00", "3.50"],
  }),
];
const known = builtInTemplates();
const learnt = proposeTemplate("harbour", examples.map((page) => [page]), known);

Deno.test("a layout is learnt from three invoices, and a fourth is read by it", () => {
  const template = readTemplate(learnt, "harbour.yaml");
  const fourth = invoicePage({
    number: "HS-9000",
    name: "Rashad Holloway",
    born: "03/04/1955",
    record: "10-0001",
    amounts: ["40.00", "2.25"],
  });
  const document = understand([fourth], [template, ...known]);
  assertEquals(document.template?.name, "harbour");
  const read = (path: string) => valueAt(document, path)?.value;
  assertEquals(
    ["invoiceNo", "patientName", "dob", "mrn", "total", "lines[2].code", "lines[2].amount"].map(read),
    ["HS-9000", "Rashad Holloway", "19550304", "10-0001", "42.25", "99213", "2.25"],
  );
});

Deno.test("a proposal says what identifiers look like, and what the letterhead is", () => {
  const { match, fields } = readTemplate(learnt, "harbour.yaml");
  assertEquals(match.all, ["Harbour Street Clinic"]);
  assertEquals(match.titles, ["Invoice"]);
  assertEquals(fields.invoiceNo.type, { is: "pattern", patterns: ["HS-####"] });
  assertEquals(fields.mrn.type, { is: "pattern", patterns: ["##-####"] });
});

Deno.test("a proposal quotes nothing that differs between examples, nor a value of the only one", () => {
  const alone = proposeTemplate("alone", [[examples[0]]], known);
  for (const value of ["Priya", "Nwosu", "1042", "1203", "1961", "25.50"]) {
    for (const text of [learnt, alone]) assert(!text.includes(value), value);
  }
});

Deno.test("a proposal from one example says what one example does not tell", () => {
  const alone = proposeTemplate("alone", [[examples[0]]], known);
  assertStringIncludes(alone, "One example does not tell what changes");
  assertEquals(readTemplate(alone, "alone.yaml").fields.invoiceNo.type, { is: "identifier" });
});

Deno.test("where nothing says what a document is, the proposal says that it is not sure", () => {
  const text = proposeTemplate("odd", [[pageOf([[[150, "Nothing"], [400, "of the kind"]]])]], known);
  assertStringIncludes(text, "NOT SURE: nothing on the pages says what they are");
  readTemplate(text, "odd.yaml");
});

Deno.test("labels that nobody knows are offered, and read only once they have a name", () => {
  const odd = (value: string) => pageOf([[[150, "Invoice"]], [[150, "Locker:"], [420, value]]]);
  const text = proposeTemplate("odd", [[odd("12")], [odd("17")]], known);
  assertStringIncludes(text, '# locker: { at: ["Locker"], where: right, type: text }');
  assert(!Object.hasOwn(readTemplate(text, "odd.yaml").fields, "locker"));
});

Deno.test("identifiers have a shape where several of them show it", () => {
  assertEquals(shapeOf(["7486688", "2456205"]), { is: "digits", lengths: [7] });
  assertEquals(shapeOf(["INV-135503", "INV-819276"]), { is: "pattern", patterns: ["INV-######"] });
  assertEquals(shapeOf(["AB12", "XB34"]), { is: "pattern", patterns: ["@B##"] });
  assertEquals(shapeOf(["AB12"]), undefined);
  assertEquals(shapeOf(["A1", "B22", "CC3", "D-4"]), undefined);
});
