import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { writePdf } from "../../../actors/formats/fax/raster/_pdf.ts";
import { Site } from "./_site.ts";

/** An invoice as a program prints it: nothing of it is in doubt but what this channel doubts by itself. */
const INVOICE: readonly (string | readonly string[])[] = [
  "INVOICE",
  "Invoice No: INV-2044",
  "Invoice Date: 01/05/2026",
  "Patient Name: Doe, Ingrid",
  "MRN: 471108",
  "DOB: 01/31/1970",
  ["Date", "CPT", "Description", "Units", "Price", "Amount"],
  ["01/05/2026", "99213", "Office visit", "1", "120.00", "120.00"],
  "Total Due: 120.00",
];

const FAXES = `gateway: demo
patients: { from: [adt] }
channels:
  adt:
    listen: { mllp: { port: 2575 } }
    parse: hl7v2
    send: { ehr: { mllp: { host: ehr.local, port: 7001 } } }
  faxes:
    listen: { file: { path: ./in } }
    parse: { fax: { ocr: wasm } }
    review: { below: 1, approvals: 2 }
    transform: [fax_message]
    send: { billing: { mllp: { host: billing.local, port: 7002 } } }
`;

Deno.test("test lets documents wait for people, or has people approve them as they were read", async () => {
  const lines = INVOICE.flatMap((line, row) =>
    [line].flat().map((text, column) => `1 0 0 1 ${72 + 80 * column} ${720 - 24 * row} Tm (${text}) Tj`)
  ).join("\n");
  await using site = await Site.make({
    "gateway.yaml": FAXES,
    "faxes_test.yaml": `channel: faxes
cases:
  - { name: an invoice waits, input: { file: ./invoice.pdf }, expect: { outcome: reviewing, billing: none } }
  - name: nobody approves for a patient who is not known
    input: { file: ./invoice.pdf }
    approve: true
    expect: { outcome: REVIEW_PATIENT_MISSING, billing: none }
  - name: a patient is registered
    channel: adt
    input: |
      MSH|^~\\&|ADM|ST E|EHR|ST E|20260105||ADT^A04^ADT_A01|1|P|2.5
      PID|1||471108^^^ST E^MR||Doe^Ingrid||19700131
    expect: accepted
  - name: an invoice is approved
    keep: true
    input: { file: ./invoice.pdf }
    approve: true
    expect: { outcome: accepted, billing: { MSH-9.1: DFT, PID-3.1: "471108", FT1-25.1: "99213" } }
`,
  });
  await Deno.writeFile(join(site.folder, "invoice.pdf"), writePdf({ content: `BT /F 12 Tf\n${lines}\nET` }));
  const { out, code } = await site.test("faxes_test.yaml");
  assertEquals(code, exitCodes.ok, out);
});
