import { assert, assertEquals } from "@std/assert";
import type { ReadValue, RecognisedDocument } from "../../../runtime/contract/document.ts";
import type { PatientVerdict } from "../../../runtime/engine/patients/verdict.ts";
import { shortfalls, table } from "../../../tools/fax/accuracy/bars.ts";
import { decoysOf, nameOf, patientsOf } from "../../../tools/fax/accuracy/decoys.ts";
import { judge, nothing, type Tally } from "../../../tools/fax/accuracy/judge.ts";
import { measure } from "../../../tools/fax/accuracy/measure.ts";
import { isSame } from "../../../tools/fax/accuracy/same.ts";
import { kindOf, pairUp, type Truth } from "../../../tools/fax/accuracy/samples.ts";

const truth: Truth = {
  id: "a.1",
  type: "invoiceX",
  fields: {
    invoiceNo: "K-1",
    mrn: "77-1",
    patientName: "Nwosu, Priya",
    dob: "19700102",
    lines: [{ code: "99213", amount: "10.00" }, { code: "80061", amount: "5.00" }],
  },
};

const read = (value: string | null): ReadValue => ({
  value,
  raw: value ?? "",
  confidence: 0.99,
  source: "ocr",
});
const rows = (...all: Readonly<Record<string, string>>[]) =>
  all.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, read(value)])));

function documentOf(changes: Partial<RecognisedDocument> = {}): RecognisedDocument {
  return {
    version: 1,
    kind: "invoice",
    pages: [],
    fields: {
      invoiceNo: read("K-1"),
      mrn: read("77-1"),
      patientName: read("NWOSU, PRIYA"),
      dob: read("19700102"),
    },
    tables: { lines: rows({ code: "99213", amount: "10.00" }, { code: "80061", amount: "5.00" }) },
    checks: [],
    hasSeveralPatients: false,
    ...changes,
  };
}

const matched = (mrn: string): PatientVerdict => ({
  kind: "matched",
  patient: {
    mrn,
    authority: "",
    family: "Nwosu",
    given: "Priya",
    birthDate: "19700102",
    sex: "F",
    source: "index",
  },
});
const sure = { doubted: new Set<string>(), verdict: matched("77-1") };

Deno.test("images are paired with their truth by name, whatever dots an id has", () => {
  const { samples, alone } = pairUp(
    ["a.1.clean.fine.tif", "a.1.typical.std.TIFF", "a.1.pdf", "notes.txt", "b.clean.fine.tif"],
    [truth],
  );
  assertEquals(samples.map(({ image, level, resolution }) => [image, level, resolution]), [
    ["a.1.clean.fine.tif", "clean", "fine"],
    ["a.1.pdf", "", ""],
    ["a.1.typical.std.TIFF", "typical", "std"],
  ]);
  assertEquals(alone, ["b.clean.fine.tif"]);
});

Deno.test("what is no invoice, laboratory report or referral has to stay unknown", () => {
  assertEquals(["invoiceB", "lab", "lab_report", "referral", "letter"].map(kindOf), [
    "invoice",
    "lab_report",
    "lab_report",
    "referral",
    "unknown",
  ]);
});

Deno.test("only form is forgiven when values are compared", () => {
  assert(isSame("patientName", "O’Connell,  Ingrid", "O'CONNELL, INGRID"));
  assert(isSame("range", "3.5 – 5.1", "3.5-5.1"));
  assert(!isSame("desc", "LIPID PANEL", "Lipid panel"));
  assert(!isSame("value", "5.50", "5.5"));
  assert(!isSame("mrn", "77 1", "771"));
  assert(!isSame("flag", null, ""));
});

Deno.test("a document that was read as it stands has all values right and accepted", () => {
  const { tally, misses } = judge(truth, { document: documentOf(), ...sure });
  assertEquals(misses, []);
  assertEquals(tally, {
    ...nothing(),
    documents: 1,
    values: 8,
    right: 8,
    accepted: 8,
    confirmed: 1,
    classified: 1,
  });
});

Deno.test("what is doubted, and what was never looked for, is not accepted", () => {
  const document = documentOf({ fields: { ...documentOf().fields, invoiceNo: read("K-7") } });
  const doubted = { ...sure, doubted: new Set(["invoiceNo", "lines[2].amount"]) };
  const { tally } = judge({ ...truth, fields: { ...truth.fields, npi: "1234567893" } }, {
    document,
    ...doubted,
  });
  assertEquals([tally.values, tally.right, tally.accepted, tally.acceptedWrong], [9, 7, 6, 0]);
});

Deno.test("who the patient is counts as accepted only where the index says so", () => {
  const { tally } = judge(truth, {
    document: documentOf(),
    doubted: new Set(),
    verdict: { kind: "unknown" },
  });
  assertEquals([tally.right, tally.accepted, tally.acceptedWrong], [8, 5, 0]);
  assertEquals(
    judge(truth, { document: documentOf(), ...sure, verdict: matched("77-7") }).tally.wrongPatients,
    1,
  );
});

Deno.test("a row that nobody printed has wrong values, and one that was missed has none", () => {
  const tables = { lines: rows({ code: "99213", amount: "10.00" }, { code: "12345", amount: "9.00" }) };
  const { tally } = judge(truth, { document: documentOf({ tables }), ...sure });
  assertEquals([tally.values, tally.right, tally.accepted, tally.acceptedWrong], [8, 6, 8, 2]);
});

Deno.test("a letter that became an invoice is told, and has no values to be right", () => {
  const { tally } = judge({ ...truth, type: "letter" }, { document: documentOf(), ...sure });
  assertEquals([tally.values, tally.forced, tally.classified], [0, 1, 0]);
  const unknown = judge({ ...truth, type: "letter" }, { document: documentOf({ kind: "unknown" }), ...sure });
  assertEquals([unknown.tally.forced, unknown.tally.classified], [0, 1]);
});

Deno.test("a set passes without the levels it has not, and fails on each bar by itself", () => {
  const good: Tally = {
    ...nothing(),
    documents: 4,
    values: 1000,
    right: 990,
    accepted: 900,
    acceptedWrong: 2,
  };
  assertEquals(shortfalls(new Map([["clean fine", good]])), []);
  assertEquals(shortfalls(new Map([["clean fine", { ...good, accepted: 899 }]])).length, 1);
  assertEquals(shortfalls(new Map([["typical std", { ...good, accepted: 700 }]])), []);
  assertEquals(shortfalls(new Map([["bad std", { ...good, accepted: 0, acceptedWrong: 0 }]])), []);
  for (const worse of [{ acceptedWrong: 3 }, { wrongPatients: 1 }, { forced: 1 }]) {
    assertEquals(
      shortfalls(new Map([["clean fine", { ...good, ...worse }]])).length,
      1,
      JSON.stringify(worse),
    );
  }
});

Deno.test("figures are summed by level and resolution, and shown in that order", async () => {
  const { samples } = pairUp(["a.1.typical.fine.tif", "a.1.clean.fine.tif", "a.1.tif"], [truth]);
  const tallies = await measure(samples, { read: async () => documentOf(), review: () => sure });
  const lines = table(tallies).split("\n").map((line) => line.split("  ")[0]);
  assertEquals(lines, ["", "clean fine", "typical fine", "other", "all"].map((name) => name));
});

Deno.test("every patient has neighbours with nearly the same number, name and birthday", () => {
  const patients = patientsOf([truth, { ...truth, id: "again" }]);
  assertEquals(patients, [{ mrn: "77-1", family: "Nwosu", given: "Priya", birthDate: "19700102", sex: "" }]);
  const decoys = decoysOf(patients);
  assertEquals(new Set([...patients, ...decoys].map(({ mrn }) => mrn)).size, 1 + decoys.length);
  assert(decoys.some(({ family, birthDate }) => family === "Nwosu" && birthDate === "19710102"));
  assert(decoys.some(({ mrn }) => mrn === "77-7"));
  assert(
    decoys.some(({ family, given, birthDate }) =>
      `${family} ${given} ${birthDate}` === "Nwosu Robin 19700102"
    ),
  );
  assert(decoys.some(({ family, given }) => `${family} ${given}` === "Priya Nwosu"));
  assertEquals(nameOf("William J Delacroix"), { family: "Delacroix", given: "William J" });
});
