import { assert, assertEquals, assertThrows } from "@std/assert";
import { readTemplate } from "../../../../../actors/formats/fax/understand/read_template.ts";
import { NOTES } from "../../../../../actors/formats/fax/understand/notes.ts";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import { MitralError } from "../../../../../runtime/contract/error.ts";
import { pageOf } from "./_pages.ts";

const page = await Deno.readTextFile(new URL("../../../../../docs/fax_templates.md", import.meta.url));

Deno.test("the example of the page on templates reads a statement", () => {
  const [, yaml] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  const template = readTemplate(yaml, "hillside.yaml");
  assertEquals([template.name, template.version, template.kind], ["hillside-statement", 1, "invoice"]);
  const statement = pageOf([
    [[150, "Hillside Foot Care"], [1200, "Statement of Account"]],
    [[150, "Patient:"], [400, "Priya Nwosu"], [950, "Statement No:"], [1250, "HS-10293"]],
    [[150, "DOB:"], [400, "02/11/1961"], [950, "Statement Date:"], [1250, "11/20/2026"]],
    [[150, "Chart #:"], [400, "7486688"]],
    [],
    [[150, "Date"], [400, "CPT"], [600, "Description"], [1100, "Qty"], [1250, "Price"], [1450, "Amount"]],
    [[150, "11/02/2026"], [400, "99213"], [600, "Office visit"], [1100, "2"], [1250, "10.00"], [
      1450,
      "20.00",
    ]],
    [[1100, "Amount Due:"], [1450, "$20.00"]],
  ]);
  const document = understand([statement], [template]);
  assertEquals(document.template, { name: "hillside-statement", version: 1, score: 1 });
  assertEquals(Object.values(document.fields).map(({ value }) => value), [
    "HS-10293",
    "20261120",
    "Priya Nwosu",
    "19610211",
    "7486688",
    "20.00",
  ]);
  assertEquals(document.checks.map(({ isMet }) => isMet), [true, true, true]);
});

Deno.test("the page on templates tells every note", () => {
  for (const note of Object.keys(NOTES)) assert(page.includes(`\`${note}\``), note);
});

for (
  const [yaml, line, column, rule] of [
    ["template: [", 1, 12, "this is no YAML"],
    ["- a", 1, 1, "a mapping has to stand here"],
    ["kind: invoice", 1, 1, "template is missing"],
    ["template: t", 1, 1, "kind is missing"],
    ["template: t\nkind: letter", 2, 7, "one of invoice, lab_report, referral has to stand here"],
    [
      "template: t\nkind: invoice\ncolour: red",
      3,
      1,
      "a name is none of template, version, kind, match, fields, tables, checks",
    ],
    ["template: t\ntemplate: t\nkind: invoice", 2, 1, "a name stands here twice"],
    ["template: t\nversion: zero\nkind: invoice", 2, 10, "a number from 1 to 1000000 has to stand here"],
    ["template: t\nkind: invoice\nmatch:\n  score: 2", 4, 10, "a number from 0 to 1 has to stand here"],
    ["template: t\nkind: invoice\nmatch:\n  barcode: '('", 4, 12, "a regular expression has to stand here"],
    [
      "template: t\nkind: invoice\nfields:\n  a: { type: text }",
      4,
      6,
      "a field needs at, region, barcode or text",
    ],
    [
      "template: t\nkind: invoice\nfields:\n  Total: { at: T }",
      4,
      10,
      "a name here begins with a small letter and has letters and digits",
    ],
    [
      "template: t\nkind: invoice\nfields:\n  a: { at: '' }",
      4,
      12,
      "a text that is not empty has to stand here",
    ],
    [
      "template: t\nkind: invoice\nfields:\n  a: { at: A, where: above }",
      4,
      22,
      "one of right, below, either has to stand here",
    ],
    [
      "template: t\nkind: invoice\nfields:\n  a: { at: A, type: { pattern: x, digits: 2 } }",
      4,
      21,
      "a type is one word, or one word with what it is told",
    ],
    [
      "template: t\nkind: invoice\nfields:\n  a: { at: A, type: { money: 2 } }",
      4,
      21,
      "money is told nothing",
    ],
    [
      "template: t\nkind: invoice\nfields:\n  a: { at: A, required: perhaps }",
      4,
      25,
      "true or false has to stand here",
    ],
    [
      "template: t\nkind: invoice\nfields:\n  a: { region: { left: 0.5, top: 0, right: 0.1, bottom: 1 } }",
      4,
      16,
      "left is less than right, and top less than bottom",
    ],
    ["template: t\nkind: invoice\ntables:\n  lines: { key: a }", 4, 10, "columns is missing"],
    [
      "template: t\nkind: invoice\ntables:\n  lines: { columns: { a: { at: A } }, key: b }",
      4,
      44,
      "the key is a column of the table",
    ],
    [
      "template: t\nkind: invoice\nchecks: [total = 1]",
      3,
      10,
      "the check names total, which is no value here",
    ],
    [
      "template: t\nkind: invoice\nchecks: ['1 +']",
      3,
      10,
      "the check has the end where a value has to stand",
    ],
  ] as const
) {
  Deno.test(`a template is refused: ${rule} (${line}:${column})`, () => {
    const error = assertThrows(() => readTemplate(yaml, "site.yaml"), MitralError);
    assertEquals(error.code, "FAX_TEMPLATE_INVALID");
    assertEquals(error.facts, { file: "site.yaml", line, column, rule });
  });
}

Deno.test("a template that is longer than anybody writes is refused", () => {
  const error = assertThrows(() => readTemplate("#".repeat(500_001), "site.yaml"), MitralError);
  assertEquals(error.facts.rule, "it is longer than 500000 characters");
});

Deno.test("a regular expression that may run for ever on what a sender writes is refused, others are not", () => {
  const reading = (pattern: string) =>
    readTemplate(
      JSON.stringify({ template: "t", kind: "invoice", match: { barcode: pattern } }),
      "site.yaml",
    );
  for (const pattern of ["(a+)+$", "(?:a|aa)*b", "((x{2,}))+", "^(\\w+\\s?)*$", "(a*){5}", "([^)]*)+"]) {
    const { code } = assertThrows(() => reading(pattern), MitralError);
    assertEquals(code, "FAX_TEMPLATE_INVALID");
  }
  for (const pattern of ["^(?:INV|FAC)-(\\d+)$", "(ab)+", "[(+*|]+", "(\\+)*", "(a|b)?", "^#\\(x+\\)+"]) {
    assertEquals(reading(pattern).match.barcode?.source, pattern);
  }
});

Deno.test("names that stand for themselves, and for each other without an end, are a template like any other", () => {
  assertEquals(
    readTemplate("template: t\nkind: invoice\nmatch: { all: &a [x] , any: *a }", "f.yaml").match.any,
    ["x"],
  );
  const ends = "template: t\nkind: invoice\nfields: &a { a: *a }";
  assertEquals(assertThrows(() => readTemplate(ends, "f.yaml"), MitralError).code, "FAX_TEMPLATE_INVALID");
  const lists = Array.from({ length: 40 }, (_, at) => `a${at}: &a${at} [${`*a${at - 1},`.repeat(9)}]`).slice(
    1,
  );
  const bomb = ["a0: &a0 x", ...lists, "template: t", "kind: invoice"].join("\n");
  assertEquals(assertThrows(() => readTemplate(bomb, "f.yaml"), MitralError).code, "FAX_TEMPLATE_INVALID");
});
