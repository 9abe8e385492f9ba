import { assertEquals, assertThrows } from "@std/assert";
import fax, { FaxBody } from "../../../../actors/formats/fax/mod.ts";
import type { ReadValue, RecognisedDocument } from "../../../../runtime/contract/document.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { faxContentType } from "../../../../runtime/contract/fax_arrival.ts";
import { bindFormat } from "../../../../runtime/contract/format.ts";
import { testFormat } from "../../../contract/format_kit.ts";
import { configOf } from "../../../world/tools.ts";
import { asTiff, typed } from "./_pages.ts";
import { writePdf } from "./raster/_pdf.ts";

const canary = "Canary";
const page = await typed(["Canary"]);
const tiff = asTiff([page, page]);
const pdf = writePdf({ content: "BT /F 12 Tf 72 700 Td (Canary) Tj ET" });
const config = configOf(fax.config, {});
const arrived = { provider: "sinch", faxId: "01F3J", from: "+12175550100" };

testFormat(fax, {
  config,
  canary,
  keepsBuffer: true,
  valid: [
    {
      name: "a TIFF of two pages",
      bytes: tiff,
      identity: { controlId: "", type: "", sender: "", purpose: "message" },
      keys: ["nobody known"],
      values: {
        kind: "unknown",
        pages: "2",
        template: undefined,
        total: undefined,
        "lines[1].amount": undefined,
      },
      places: { kind: ["kind"], total: [], lines: [], "lines[*].amount": [] },
      splits: { lines: [] },
    },
    {
      name: "a PDF whose arrival is known",
      bytes: pdf,
      contentType: faxContentType("application/pdf", arrived),
      identity: { controlId: "sinch:01F3J", sender: "+12175550100" },
      values: { kind: "unknown" },
    },
  ],
  invalid: [
    { name: "no bytes", bytes: "", code: "FAX_BYTES_MISSING" },
    { name: "a note", bytes: `Dear ${canary}`, code: "FAX_TYPE_UNSUPPORTED" },
    {
      name: "a JPEG called TIFF",
      bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
      contentType: "image/tiff",
      code: "FAX_TYPE_UNSUPPORTED",
    },
  ],
});

const value = (text: string | null, rest: Partial<ReadValue> = {}): ReadValue => ({
  value: text,
  raw: text ?? "",
  confidence: 0.5,
  source: "ocr",
  page: 1,
  ...rest,
});
const document: RecognisedDocument = {
  version: 1,
  kind: "invoice",
  template: { name: "acme", version: 2, score: 0.9 },
  pages: [{ width: 1, height: 1, quality: 1, isGated: false, text: "", barcodes: [], damagedLines: 0 }],
  fields: { total: value("12.50", { raw: "I2.50" }), npi: value(null), note: value("") },
  tables: { lines: [{ code: value("A"), amount: value("5.00") }, { code: value("B"), amount: value(null) }] },
  checks: [],
  hasSeveralPatients: false,
};
const body = new FaxBody(tiff, "image/tiff", document);
const codeOf = (action: () => unknown) => (assertThrows(action, MitralError) as MitralError).code;

Deno.test("values of a fax are read by path, with what is known of them", () => {
  assertEquals(body.get("total"), "12.50");
  assertEquals(
    ["confidence", "raw", "source", "page"].map((facet) => body.get(`total.${facet}`)),
    ["0.5", "I2.50", "ocr", "1"],
  );
  assertEquals([body.get("npi"), body.get("npi.confidence"), body.get("note"), body.get("none")], [
    undefined,
    "0.5",
    "",
    undefined,
  ]);
  assertEquals([body.get("kind"), body.get("template"), body.get("pages")], ["invoice", "acme", "1"]);
  assertEquals(body.get("lines[2].code"), "B");
  assertEquals(body.getAll("lines.code"), ["A", "B"]);
  assertEquals(body.getAll("lines[*].amount"), ["5.00"]);
  assertEquals(body.getAll("lines.amount.confidence"), ["0.5", "0.5"]);
});

Deno.test("the patient of a fax is read by path once somebody may rely on it", () => {
  assertEquals(body.get("patient.mrn"), undefined);
  const patient = {
    mrn: "7486688",
    authority: "SRH",
    family: "Doe",
    given: "Jo",
    birthDate: "19810115",
    sex: "F",
    source: "index",
  } as const;
  const known = body.withDocument({ ...document, patient });
  assertEquals([known.get("patient.mrn"), known.get("patient.family")], ["7486688", "Doe"]);
  const format = bindFormat(fax, config);
  assertEquals(format.keys(known), ["7486688^SRH"]);
  assertEquals(format.patients(known), [[{ id: "7486688", assigner: "SRH" }]]);
  assertEquals(format.patients(body), []);
});

Deno.test("every value that could be read is a leaf", () => {
  assertEquals([...body.leaves()], [
    ["total", "12.50"],
    ["note", ""],
    ["lines[1].code", "A"],
    ["lines[1].amount", "5.00"],
    ["lines[2].code", "B"],
  ]);
});

Deno.test("values are written and taken out by path, and nothing else changes", () => {
  const written = body.with("lines[2].amount", "7.50").with("mrn", "42");
  assertEquals(written.getAll("lines.amount"), ["5.00", "7.50"]);
  assertEquals([written.get("mrn"), written.get("mrn.source"), written.get("total")], [
    "42",
    "derived",
    "12.50",
  ]);
  assertEquals(body.get("mrn"), undefined);
  assertEquals(written.toBytes() === tiff, true);
  assertEquals(body.without("total").get("total"), undefined);
  assertEquals(body.without("lines[1]").getAll("lines.code"), ["B"]);
  assertEquals(body.without("lines.code").getAll("lines.code"), []);
  assertEquals(body.without("lines").places("lines"), []);
});

Deno.test("rows of a fax are places, which paths are resolved at, and split it", () => {
  assertEquals(body.places("lines"), ["lines[1]", "lines[2]"]);
  assertEquals(body.places("lines.amount"), ["lines[1].amount", "lines[2].amount"].slice(0, 1));
  assertEquals(body.resolve("lines.code", "lines[2]"), "lines[2].code");
  assertEquals(body.resolve("total", "lines[2]"), "total");
  assertEquals(body.resolve("lines[1].code", "lines[2]"), "lines[1].code");
  const parts = body.split("lines");
  assertEquals(parts.map((part) => [part.get("lines[1].code"), part.get("total")]), [["A", "12.50"], [
    "B",
    "12.50",
  ]]);
});

Deno.test("paths that name nothing of a fax, or what follows from something else, are refused", () => {
  for (
    const path of ["", "PID-3", "$.total", "lines[0].code", "patient.shoes", "a.b.c.d"]
  ) {
    assertEquals(codeOf(() => body.getAll(path)), "FAX_PATH_INVALID", path);
  }
  for (const path of ["lines.code", "lines[1]"]) {
    assertEquals(codeOf(() => body.get(path)), "FAX_PATH_INVALID", path);
  }
  for (const path of ["kind", "patient.mrn", "total.confidence"]) {
    assertEquals(codeOf(() => body.with(path, "x")), "FAX_PATH_FIXED", path);
  }
  assertEquals(codeOf(() => body.with("lines[3].code", "x")), "FAX_ROW_MISSING");
});

Deno.test("a fax goes on as PDF: a TIFF wrapped, a PDF as it came", async () => {
  let turns = 0;
  const wrapped = await body.attachment(() => Promise.resolve(void turns++));
  // One behind each page: of many, others do not wait for all.
  assertEquals(turns, 2);
  assertEquals(wrapped.contentType, "application/pdf");
  assertEquals(new TextDecoder().decode(wrapped.bytes.subarray(0, 5)), "%PDF-");
  const asItCame = await new FaxBody(pdf, "application/pdf", document).attachment(() => Promise.resolve());
  assertEquals(asItCame.bytes, pdf);
});

Deno.test("a fax is what its bytes say, and keeps how it arrived", () => {
  const parsed = bindFormat(fax, config).parse(tiff, faxContentType("application/pdf", arrived));
  assertEquals(parsed.contentType, faxContentType("image/tiff", arrived));
});
