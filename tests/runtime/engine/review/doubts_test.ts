import { assertEquals } from "@std/assert";
import type { RecognisedDocument } from "../../../../runtime/contract/document.ts";
import { doubtsOf, withVerdict } from "../../../../runtime/engine/review/doubts.ts";
import type { PatientVerdict } from "../../../../runtime/engine/patients/verdict.ts";
import { invoice, labReport, read } from "./paper_format.ts";

const patient = {
  ...{ mrn: "4711", authority: "", family: "Baxter", given: "Ingrid", birthDate: "19810210", sex: "F" },
} as const;
const matched: PatientVerdict = { kind: "matched", patient: { ...patient, source: "index" } };
const below = 0.95;

function doubts(document: RecognisedDocument, verdict: PatientVerdict = matched): readonly string[] {
  return doubtsOf(withVerdict(document, verdict), verdict, { below }).map(({ code, path, page, why }) =>
    [code, path, page, why].filter((each) => each !== undefined).join(" ")
  );
}

Deno.test("a document that is sure in all, of a patient that the index confirms, goes on without a person", () => {
  assertEquals(doubts(invoice()), []);
});

Deno.test("a value below the threshold, or one that could not be read, waits for a person", () => {
  const { fields, tables: { lines: [first, second] } } = invoice();
  const document = invoice({
    fields: { ...fields, total: read("30.00", 0.9499), taxId: read("", 0.95) },
    tables: { lines: [{ ...first, amount: read(null, 1) }, second] },
  });
  assertEquals(doubts(document), ["VALUE_UNSURE total 1", "VALUE_UNSURE lines[1].amount 1"]);
});

Deno.test("a value that its message cannot do without is missed, whether it was read as nothing or never looked for", () => {
  const { fields: { total: _, ...fields }, tables: { lines: [first] } } = invoice();
  const document = invoice({ fields, tables: { lines: [{ ...first, code: read("", 1) }] } });
  assertEquals(doubts(document), ["VALUE_UNSURE total missing", "VALUE_UNSURE lines[1].code missing"]);
  assertEquals(doubts(invoice({ tables: {} })), [
    "VALUE_UNSURE lines[1].code missing",
    "VALUE_UNSURE lines[1].amount missing",
  ]);
});

Deno.test("what a person has set is no doubt, however sure that was read", () => {
  const { fields } = invoice();
  assertEquals(
    doubts(invoice({ fields: { ...fields, total: read("30.00", 0, { source: "person" }) } })),
    [],
  );
});

Deno.test("every verdict but one that matches leaves the patient to a person, unless a person has set it", () => {
  const verdicts: PatientVerdict[] = [
    { kind: "unasked" },
    { kind: "unknown" },
    { kind: "ambiguous" },
    { kind: "differs", about: ["name"] },
    { kind: "incomplete", missing: ["mrn"] },
  ];
  for (const verdict of verdicts) {
    assertEquals(doubts(invoice(), verdict), [`PATIENT_UNCONFIRMED ${verdict.kind}`]);
    assertEquals(doubts(invoice({ patient: { ...patient, source: "person" } }), verdict), []);
    // What the index said once counts no more.
    const before = invoice({ patient: { ...patient, source: "index" } });
    assertEquals(doubts(before, verdict), [`PATIENT_UNCONFIRMED ${verdict.kind}`]);
  }
});

Deno.test("where the patient is confirmed, the values that said so are not doubtful", () => {
  const { fields } = invoice();
  const document = invoice({ fields: { ...fields, mrn: read("4711", 0.5), dob: read("19810210", 0.5) } });
  assertEquals(doubts(document), []);
  assertEquals(doubts(document, { kind: "unknown" }), [
    "PATIENT_UNCONFIRMED unknown",
    "VALUE_UNSURE mrn 1",
    "VALUE_UNSURE dob 1",
  ]);
});

Deno.test("checks that fail, pages at the gate, several patients and findings wait for a person", () => {
  const checks = [
    { rule: "sum(lines.amount) = total", isMet: false, about: ["total"] },
    { rule: "total > 0", isMet: null, about: ["total"] },
  ];
  const pages = invoice().pages.map((page) => ({ ...page, isGated: true }));
  assertEquals(doubts(invoice({ checks })), ["CHECK_FAILED total sum(lines.amount) = total"]);
  assertEquals(doubts(invoice({ pages })), ["PAGE_UNREADABLE 1"]);
  assertEquals(doubts(invoice({ hasSeveralPatients: true })), ["PATIENTS_SEVERAL"]);
  assertEquals(doubts(labReport()), ["APPROVAL_REQUIRED"]);
});

Deno.test("of a document of an unknown kind only the patient has to be sure", () => {
  const document = invoice({ kind: "unknown", fields: { total: read(null, 0) } });
  assertEquals(doubts(document), []);
  assertEquals(doubts(document, { kind: "unasked" }), ["PATIENT_UNCONFIRMED unasked"]);
});
