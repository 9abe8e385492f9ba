import { assertEquals } from "@std/assert";
import { readTemplate } from "../../../../../actors/formats/fax/understand/read_template.ts";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import type { PageWords } from "../../../../../actors/formats/fax/ocr/words.ts";
import { pageOf, type Placed } from "./_pages.ts";

const template = (name: string, kind: string, match: string, more = "") =>
  readTemplate(`template: ${name}\nkind: ${kind}\nmatch: ${match}\n${more}`, `${name}.yaml`);

const FIELDS = `
fields:
  invoiceNo: { at: Invoice No, type: identifier, required: true }
  total: { at: Total Due, type: money, required: true }
tables:
  lines:
    columns:
      code: { at: CPT, type: procedure }
      desc: { at: Description }
      amount: { at: Amount, type: money, required: true }
`;
const any = template("any-invoice", "invoice", "{ titles: [Invoice] }", FIELDS);
const invoice: readonly (readonly Placed[])[] = [
  [[150, "Lakeside Family Medicine"], [1200, "INVOICE"]],
  [[150, "Invoice No:"], [400, "Q-77"]],
  [[150, "CPT"], [400, "Description"], [1400, "Amount"]],
  [[150, "99213"], [400, "Office visit"], [1400, "20.00"]],
  [[1100, "Total Due:"], [1400, "20.00"]],
];
const kindOf = (page: PageWords, ...templates: readonly ReturnType<typeof template>[]) => {
  const { kind, template: by } = understand([page], templates, { from: "+12175550199" });
  return [kind, by?.name];
};

Deno.test("a document is of the template of which most is there", () => {
  assertEquals(kindOf(pageOf(invoice), any), ["invoice", "any-invoice"]);
  const lab = template("any-report", "lab_report", "{ titles: [Laboratory Report] }");
  assertEquals(kindOf(pageOf(invoice), lab, any), ["invoice", "any-invoice"]);
  assertEquals(kindOf(pageOf([[[150, "LABORATORY REPORT"]]]), lab, any), ["lab_report", "any-report"]);
});

Deno.test("a letter that mentions an invoice is none", () => {
  const letter = pageOf([
    [[150, "Dear colleague,"]],
    [[150, "thank you for the invoice of last week, which we have paid."]],
    [[150, "Please send the next invoice no later than Friday."]],
  ]);
  const document = understand([letter], [any]);
  assertEquals([document.kind, document.template, document.fields, document.tables], [
    "unknown",
    undefined,
    {},
    {},
  ]);
  assertEquals(document.pages[0].text.includes("colleague"), true);
});

Deno.test("a page without a word, and a document without a page, are of no kind", () => {
  assertEquals(kindOf(pageOf([]), any), ["unknown", undefined]);
  assertEquals(understand([], [any]).kind, "unknown");
});

Deno.test("a template of a known letterhead goes before one of any", () => {
  const own = template("lakeside", "invoice", "{ all: [Lakeside Family Medicine] }", FIELDS);
  assertEquals(kindOf(pageOf(invoice), any, own), ["invoice", "lakeside"]);
  assertEquals(kindOf(pageOf(invoice), own, any), ["invoice", "lakeside"]);
  const other = template("hillside", "invoice", "{ all: [Hillside Foot Care] }", FIELDS);
  assertEquals(kindOf(pageOf(invoice), other, any), ["invoice", "any-invoice"]);
});

for (
  const [match, fits] of [
    ["{ all: [Lakeside, Medicine] }", true],
    ["{ all: [Lakeside, Orthopedics] }", false],
    ["{ any: [Orthopedics, Medicine] }", true],
    ["{ any: [Orthopedics, Dermatology] }", false],
    ["{ all: [Lakeside], none: [Office visit] }", false],
    ["{ from: ['+1 217 555 0199'] }", true],
    ["{ from: ['+1217*'] }", true],
    ["{ from: ['+1303*'] }", false],
    ["{ barcode: '^inv:' }", true],
    ["{ barcode: '^ref:' }", false],
    ["{ titles: [Office visit] }", true],
    ["{ titles: [visit] }", false],
    ["{ titles: [INVOICE], score: 1 }", true],
    ["{ all: [Lakesjde Family Medicjne], score: 1 }", false],
    ["{}", false],
  ] as const
) {
  Deno.test(`a template with match ${match} ${fits ? "fits" : "does not fit"}`, () => {
    const page: PageWords = {
      ...pageOf(invoice),
      barcodes: [{ format: "QRCode", text: "inv:77", box: { x0: 0, y0: 0, x1: 9, y1: 9 } }],
    };
    assertEquals(kindOf(page, template("t", "invoice", match))[1], fits ? "t" : undefined);
  });
}
