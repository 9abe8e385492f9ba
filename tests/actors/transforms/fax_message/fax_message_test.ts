import { assert, assertEquals } from "@std/assert";
import { bindTransformer, withDefaults } from "../../../../runtime/contract/actor.ts";
import hl7v2 from "../../../../actors/formats/hl7v2/mod.ts";
import faxMessage from "../../../../actors/transforms/fax_message/mod.ts";
import { bindFormat } from "../../../../runtime/contract/format.ts";
import { createMessage, type Message } from "../../../../runtime/contract/message.ts";
import { surroundingsOf } from "../../../contract/_surroundings.ts";
import { CANARY, testTransformer } from "../../../contract/transformer_kit.ts";
import { Lines, lines } from "../../_lines.ts";
import { Paper, paper, patient, read, seen } from "./_paper.ts";

const head = (type: string) =>
  `MSH|^~\\&|||||20231114221320+0000||${type}|0190a3b4000000000001|P|2.5.1||||||UNICODE UTF-8\r`;
const PID = "PID|1||0042^^^STE^MR||Delacroix^William^J||19810115|M";
const secret = (body: Paper) => new Paper(body.document, CANARY);

const invoice = paper({
  kind: "invoice",
  template: { name: "generic_invoice", version: 1, score: 0.9 },
  fields: {
    ...read({
      invoiceNo: "INV-7",
      invoiceDate: "20260904",
      accountNo: "A1",
      insuranceId: "KTB73",
      npi: "1365028331",
    }),
    provider: seen("Dr. Helen Abara, MD", { source: "person", confidence: 1 }),
    taxId: seen("89-5590527", { notes: ["passes_agree", "repaired"] }),
    ...read({ adjustments: "2.00" }),
  },
  tables: {
    lines: [
      read({
        date: "20260221",
        code: "36415",
        desc: "Venipuncture, routine",
        dx: "N39.0",
        qty: "1",
        price: "12.00",
        amount: "12.00",
      }),
      read({ date: "20260302", code: "J1030", amount: "7.50" }),
    ],
  },
  clearance: { approvedBy: ["ann", "bob"], atMs: 1_000 },
});

const report = paper({
  kind: "lab_report",
  fields: read({ accession: "L26-1", collected: "202603100654", status: "FINAL", orderer: "Voss, Karen MD" }),
  tables: {
    lines: [
      read({ name: "WBC", loinc: "6690-2", value: "5.5", flag: "", range: "4.5-11.0", unit: "K/uL" }),
      read({ name: "Troponin", value: "<0.01", flag: "L", unit: "ng/mL" }),
      read({ name: "Colour", value: "amber" }),
    ],
  },
});

const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("TIFF"));
const sha = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

testTransformer(faxMessage, {
  config: {},
  formats: [hl7v2, lines],
  cases: [
    {
      name: "makes transactions of an invoice, with everything it says and how it came to be known",
      body: invoice,
      expect: `${head("DFT^P03^DFT_P03")}EVN|P03|20231114221320+0000\r${PID}||||||||||A1\r` +
        "OBX|1|ED|FAX^Document as received^L||MITRAL^Application^PDF^Base64^UERG||||||F\r" +
        "FT1|1|INV-7-1||20260221|20260904|CG|36415^Venipuncture, routine^C4|||1|12.00&USD|12.00&USD|||||||N39.0^^I10|" +
        "1365028331^Abara^Helen^^^Dr.^MD^^NPI^^^^NPI|||||36415^Venipuncture, routine^C4\r" +
        "FT1|2|INV-7-2||20260302|20260904|CG|J1030^^HCPCS||||7.50&USD|||||||||" +
        "1365028331^Abara^Helen^^^Dr.^MD^^NPI^^^^NPI|||||J1030^^HCPCS\r" +
        "FT1|3|INV-7-3||20260904|20260904|AJ|ADJ^Adjustments^L||||-2.00&USD\r" +
        `IN1|1|UNKNOWN|UNKNOWN${"|".repeat(33)}KTB73\r` +
        `ZFD|invoice|generic_invoice^1^0.900|1|${sha}^image/tiff|index|ann~bob|0.900\r` +
        "ZFX|1|invoiceNo|FT1[1]-2||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|2|invoiceDate|FT1[1]-5||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|3|accountNo|PID-18||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|4|insuranceId|IN1-36||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|5|npi|FT1[1]-20.1||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|6|provider|FT1[1]-20.2||1.000|person|1|10^20^30^40\r" +
        "ZFX|7|taxId||89-5590527|0.970|ocr|1|10^20^30^40|passes_agree~repaired\r" +
        "ZFX|8|adjustments|FT1[3]-11.1.1||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|9|lines[1].date|FT1[1]-4||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|10|lines[1].code|FT1[1]-7.1||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|11|lines[1].desc|FT1[1]-7.2||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|12|lines[1].dx|FT1[1]-19.1||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|13|lines[1].qty|FT1[1]-10||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|14|lines[1].price|FT1[1]-12.1.1||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|15|lines[1].amount|FT1[1]-11.1.1||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|16|lines[2].date|FT1[2]-4||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|17|lines[2].code|FT1[2]-7.1||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|18|lines[2].amount|FT1[2]-11.1.1||0.970|ocr|1|10^20^30^40\r",
    },
    {
      name: "makes results of a laboratory report",
      body: report,
      expect: `${head("ORU^R01^ORU_R01")}${PID}\r` +
        "OBR|1||L26-1|11502-2^Laboratory report^LN|||202603100654|||||||||^Voss^Karen^^^^MD|||||||||F\r" +
        "OBX|1|NM|6690-2^WBC^LN||5.5|K/uL|4.5-11.0||||F|||202603100654\r" +
        "OBX|2|SN|Troponin^Troponin^L||<^0.01|ng/mL||L|||F|||202603100654\r" +
        "OBX|3|ST|Colour^Colour^L||amber||||||F|||202603100654\r" +
        "OBX|4|ED|FAX^Document as received^L||MITRAL^Application^PDF^Base64^UERG||||||F\r" +
        `ZFD|lab_report||1|${sha}^image/tiff|index||0.900\r` +
        [
          "accession|OBR-3.1",
          "collected|OBR-7",
          "status|OBR-25",
          "orderer|OBR-16.2",
          "lines[1].name|OBX[1]-3.2",
        ]
          .concat([
            "lines[1].loinc|OBX[1]-3.1",
            "lines[1].value|OBX[1]-5",
            "lines[1].flag|",
            "lines[1].range|OBX[1]-7",
          ])
          .concat(["lines[1].unit|OBX[1]-6.1", "lines[2].name|OBX[2]-3.1", "lines[2].value|OBX[2]-5.1"])
          .concat(["lines[2].flag|OBX[2]-8", "lines[2].unit|OBX[2]-6.1", "lines[3].name|OBX[3]-3.1"])
          .concat(["lines[3].value|OBX[3]-5"])
          .map((which, at) => `ZFX|${at + 1}|${which}||0.970|ocr|1|10^20^30^40\r`).join(""),
    },
    {
      name: "takes no report for final that does not say so",
      body: paper({ kind: "lab_report", tables: { lines: [read({ name: "TSH", value: "2.1" })] } }),
      config: { attach: "hash" },
      expect: `${head("ORU^R01^ORU_R01")}${PID}\r` +
        "OBR|1|||11502-2^Laboratory report^LN|||||||||||||||||||||R\rOBX|1|NM|TSH^TSH^L||2.1||||||R\r" +
        `OBX|2|RP|FAX^Document as received^L||sha256:${sha}^MITRAL^Image^TIFF||||||F\r` +
        `ZFD|lab_report||1|${sha}^image/tiff|index||0.900\r` +
        "ZFX|1|lines[1].name|OBX[1]-3.1||0.970|ocr|1|10^20^30^40\r" +
        "ZFX|2|lines[1].value|OBX[1]-5||0.970|ocr|1|10^20^30^40\r",
    },
    {
      name: "makes a document with its text of anything else, and escapes what a page says",
      body: paper({
        pages: [{ ...paper().document.pages[0], text: "Dear Dr | Voss,\n\nsee p. 2 ^ 3" }],
        patient: { ...patient, source: "person" },
        clearance: { approvedBy: ["ann"], atMs: 1_000 },
      }),
      config: { attach: "hash" },
      expect: `${head("MDM^T02^MDM_T02")}EVN|T02|20231114221320+0000\r${PID}\rPV1|1|U\r` +
        "TXA|1|FAX|TX|20231114221320+0000||||||||0190a3b4-0000-7000-8000-000000000001^MITRAL|||||DO||AV\r" +
        "OBX|1|TX|TEXT^Text as recognised^L|1|Dear Dr \\F\\ Voss,~~see p. 2 \\S\\ 3||||||F\r" +
        `OBX|2|RP|FAX^Document as received^L||sha256:${sha}^MITRAL^Image^TIFF||||||F\r` +
        `ZFD|unknown||1|${sha}^image/tiff|person|ann|0.900\r`,
    },
    {
      name: "refuses a document that nobody has cleared",
      body: secret(paper({ clearance: undefined })),
      expect: { code: "FAX_MESSAGE_CLEARANCE_MISSING" },
    },
    {
      name: "refuses a document of nobody",
      body: secret(paper({ patient: undefined })),
      expect: { code: "FAX_MESSAGE_PATIENT_MISSING" },
    },
    {
      name: "refuses an invoice with a line that has no amount",
      body: secret(
        paper({ kind: "invoice", tables: { lines: [{ ...read({ code: "36415" }), amount: seen(null) }] } }),
      ),
      expect: { code: "FAX_MESSAGE_VALUE_MISSING" },
    },
    {
      name: "refuses a body that is not made of pages",
      body: new Lines(`A=${CANARY}`),
      expect: { code: "FAX_MESSAGE_BODY_UNSUPPORTED" },
    },
    {
      name: "does not open without the format it makes",
      body: secret(invoice),
      formats: [lines],
      expect: { code: "FAX_MESSAGE_FORMAT_MISSING" },
    },
  ],
});

function messageWith(body: Paper): Message {
  return createMessage({
    id: "0190a3b4-0000-7000-8000-000000000001",
    channel: "faxes",
    origin: { adapter: "file", peer: "a.tif" },
    receivedAtMs: 0,
    received: body.toBytes(),
    body,
  }) as Message;
}

async function messageOf(body: Paper): Promise<Message> {
  const [made] = await Array.fromAsync(
    ReadableStream.from([messageWith(body)]).pipeThrough(faxMessage({}, { formats: [hl7v2] })),
  );
  return made;
}

const strict = bindFormat(hl7v2, withDefaults(hl7v2.config, { validate: "warn" }) as never);

for (const [what, body] of Object.entries({ invoice, report, letter: paper() })) {
  Deno.test(`what fax_message makes of a document of kind ${what} keeps the rules of the standard`, async () => {
    const made = await messageOf(body);
    assertEquals(await strict.check(made.body.toBytes()), []);
    assertEquals(made.metadata["document.kind"], body.document.kind);
  });
}

Deno.test("metadata tells how each value came to be known", async () => {
  const { metadata } = await messageOf(invoice);
  assertEquals(metadata["document.approvedBy"], "ann, bob");
  assertEquals(metadata["document.lines[1].amount"], "0.970 ocr 1 10,20,30,40");
  assertEquals(metadata["document.provider"], "1.000 person 1 10,20,30,40");
});

Deno.test("while a message of a long document is made, others have their turn", async () => {
  const line = read({ code: "36415", amount: "12.00", desc: "Venipuncture" });
  const long = paper({ kind: "invoice", tables: { lines: Array.from({ length: 100 }, () => line) } });
  let turns = 0;
  const around = { ...surroundingsOf({ formats: [hl7v2] }), turn: () => Promise.resolve(void turns++) };
  const stage = await bindTransformer(
    faxMessage.spec,
    withDefaults(faxMessage.spec.config, {}) as never,
    around,
  );
  await stage.process(messageWith(long), new AbortController().signal);
  assert(turns > 10, `${turns} turns`);
});
