import { assert, assertEquals } from "@std/assert";
import hl7v2 from "../../../../actors/formats/hl7v2/mod.ts";
import faxMessage from "../../../../actors/transforms/fax_message/mod.ts";
import type { DocumentKind, ReadRow, ReadValue } from "../../../../runtime/contract/document.ts";
import { createMessage, type Message } from "../../../../runtime/contract/message.ts";
import { type Paper, paper, patient, seen } from "./_paper.ts";

/** What somebody may write on a page, in a code on it, or as a name: delimiters, and what ends a segment or a frame. */
const ATTACK = "a|b^c&d~e\\F\\f\rPID|1||666\nOBX|9|TX\r\nMSH|^~\\&|\x1c\r\x0b\x00|||||||||||||||||666";

async function textOf(body: Paper): Promise<string> {
  const message = createMessage({
    id: "0190a3b4-0000-7000-8000-000000000001",
    channel: "faxes",
    origin: { adapter: "file", peer: "a.tif" },
    receivedAtMs: 0,
    received: body.toBytes(),
    body,
  });
  const [made] = await Array.fromAsync(
    ReadableStream.from([message as Message]).pipeThrough(faxMessage({}, { formats: [hl7v2] })),
  );
  return new TextDecoder().decode(made.body.toBytes());
}

/** A document in which everything says one thing. */
function saying(kind: DocumentKind, says: string): Paper {
  const value = (change: Partial<ReadValue> = {}) => seen(says, change);
  const row = (...names: readonly string[]): ReadRow =>
    Object.fromEntries(names.map((name) => [name, value({ notes: [says] })]));
  const fields = row(
    ...["invoiceNo", "invoiceDate", "patientName", "dob", "sex", "mrn", "accountNo", "insuranceId", "npi"],
    ...[
      "taxId",
      "provider",
      "subtotal",
      "total",
      "accession",
      "collected",
      "status",
      "orderer",
      "referralNo",
    ],
  );
  const columns = ["date", "code", "desc", "dx", "qty", "price", "amount", "name", "loinc", "value", "flag"];
  return paper({
    kind,
    template: { name: says, version: 1, score: 1 },
    pages: paper().document.pages.map((page) => ({ ...page, text: says })),
    fields,
    tables: { lines: [row(...columns, "range", "unit")] },
    patient: {
      ...patient,
      mrn: says,
      authority: says,
      family: says,
      given: says,
      sex: says,
      birthDate: says,
    },
    clearance: { approvedBy: [says], atMs: 0 },
  });
}

const segmentsOf = (text: string) => text.split("\r").map((line) => line.slice(0, 3));

for (const kind of ["invoice", "lab_report", "referral", "unknown"] as const) {
  Deno.test(`nothing that a ${kind} says makes a segment, a field or a frame of its own`, async () => {
    const [good, bad] = [await textOf(saying(kind, "plain")), await textOf(saying(kind, ATTACK))];
    assertEquals(segmentsOf(bad), segmentsOf(good));
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x0c\x0e-\x1f]/.test(bad));
    const numbersOf = (text: string) =>
      text.split("\r").filter((line) => line.startsWith("PID")).map((line) => line.split("|").length);
    assertEquals(numbersOf(bad), numbersOf(good));
    assert(!bad.split("\r").some((line) => line.split("|").includes("666")));
  });
}
