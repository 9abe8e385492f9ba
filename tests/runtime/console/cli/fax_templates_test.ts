import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Catalog } from "../../../../runtime/contract/catalog.ts";
import type { DocumentBody, ReadValue, RecognisedDocument } from "../../../../runtime/contract/document.ts";
import { defineFormat } from "../../../../runtime/contract/format.ts";
import { path } from "../../../../runtime/contract/spec.ts";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { run, withFolder } from "../console_kit.ts";

const value = (text: string | null, confidence: number, more: Partial<ReadValue> = {}): ReadValue => ({
  value: text,
  raw: text ?? "",
  confidence,
  source: "ocr",
  ...more,
});

/** Reads what a test wants it to read, whatever the bytes, and proposes what it was given. */
function faxFormats(document: Partial<RecognisedDocument>): Catalog["formats"] {
  const read: RecognisedDocument = {
    version: 1,
    kind: "invoice",
    template: { name: "harbour", version: 3, score: 0.91 },
    pages: [{ width: 1, height: 1, quality: 0.8, isGated: false, text: "", barcodes: [], damagedLines: 0 }],
    fields: {},
    tables: {},
    checks: [],
    hasSeveralPatients: false,
    ...document,
  };
  const body = { document: read, withDocument: () => body } as unknown as DocumentBody;
  const fax = defineFormat({
    name: "fax",
    about: "Reads what it is told.",
    contentTypes: ["image/tiff"],
    config: { templates: path("Where templates are.", { expects: "any", optional: true }) },
    errors: {},
    parse: () => body,
    recogniser: ({ config }) =>
      Promise.resolve({
        recognise: () => Promise.resolve(body),
        picture: () => Promise.resolve(new Uint8Array()),
        propose: (name: string, examples: readonly Uint8Array[]) =>
          Promise.resolve(`template: ${name} # ${examples.length} ${config.templates ?? "no templates"}\n`),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  });
  return { fax: () => Promise.resolve(fax) } as unknown as Catalog["formats"];
}

function withFaxes(use: (cwd: string) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    for (const name of ["one.tif", "two.tif", "harbour.yaml"]) {
      await Deno.writeTextFile(join(cwd, name), name);
    }
    await use(cwd);
  });
}

const sure = {
  fields: {
    total: value("12.50", 0.991, { page: 1, box: { x0: 1, y0: 2, x1: 30, y1: 40 }, notes: ["agreed"] }),
  },
};

Deno.test("fax test shows what is read where, and how surely", () =>
  withFaxes(async (cwd) => {
    const { code, out } = await run(["fax", "test", "harbour.yaml", "one.tif"], {
      cwd,
      formats: faxFormats(sure),
    });
    assertEquals(code, exitCodes.ok);
    assertStringIncludes(out, "one.tif: invoice by harbour 3, fit 0.91\npage 1: quality 0.80\n");
    assertMatch(out, /^total +12\.50 +0\.991 +1 +1,2,30,40 +agreed$/m);
  }));

Deno.test("fax test ends with 1 where a person would have to look", () =>
  withFaxes(async (cwd) => {
    const unsure: Partial<RecognisedDocument>[] = [
      { fields: { total: value("12.50", 0.94) } },
      { fields: { total: value(null, 0.99) } },
      { ...sure, checks: [{ rule: "total = 1", isMet: false, about: ["total"] }] },
      { kind: "unknown" },
    ];
    for (const document of unsure) {
      const formats = faxFormats(document);
      assertEquals(
        (await run(["fax", "test", "harbour.yaml", "one.tif"], { cwd, formats })).code,
        exitCodes.no,
      );
    }
    const lower = ["fax", "test", "harbour.yaml", "one.tif", "--below", "0.9"];
    assertEquals((await run(lower, { cwd, formats: faxFormats(unsure[0]) })).code, exitCodes.ok);
  }));

Deno.test("fax test gives a line of JSON for each document", () =>
  withFaxes(async (cwd) => {
    const args = ["fax", "test", "harbour.yaml", "one.tif", "two.tif", "--json"];
    const { out } = await run(args, { cwd, formats: faxFormats(sure) });
    const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.map(({ image, kind, fields }) => [image, kind, fields.total.value]), [
      ["one.tif", "invoice", "12.50"],
      ["two.tif", "invoice", "12.50"],
    ]);
  }));

Deno.test("fax test says what is no share, and what is no file", () =>
  withFaxes(async (cwd) => {
    const formats = faxFormats(sure);
    const share = await run(["fax", "test", "harbour.yaml", "one.tif", "--below", "95"], { cwd, formats });
    assertStringIncludes(share.err, "CONSOLE_VALUE_WRONG Cannot read --below: must be a number from 0 to 1");
    const missing = await run(["fax", "test", "harbour.yaml", "none.tif"], { cwd, formats });
    assertStringIncludes(missing.err, "CONSOLE_FILE_UNREADABLE Cannot read none.tif: there is none");
  }));

Deno.test("fax learn prints a proposal from all examples, with no template of a site", () =>
  withFaxes(async (cwd) => {
    const { code, out } = await run(["fax", "learn", "one.tif", "two.tif"], {
      cwd,
      formats: faxFormats(sure),
    });
    assertEquals([code, out], [exitCodes.ok, "template: one # 2 no templates\n"]);
  }));

Deno.test("fax learn writes a file that is new, whose name becomes the template's, and overwrites none", () =>
  withFaxes(async (cwd) => {
    const args = ["fax", "learn", "one.tif", "--out", "templates/7 Harbour Clinic.yaml"];
    const { code, err } = await run(args, { cwd, formats: faxFormats(sure) });
    assertEquals(code, exitCodes.ok);
    assertStringIncludes(err, "wrote templates/7 Harbour Clinic.yaml");
    const written = await Deno.readTextFile(join(cwd, "templates/7 Harbour Clinic.yaml"));
    assertEquals(written, "template: template_7_harbour_clinic # 1 no templates\n");
    assertStringIncludes((await run(args, { cwd, formats: faxFormats(sure) })).err, "CONSOLE_FILE_EXISTS");
  }));
