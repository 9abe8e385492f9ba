import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import set from "../../../actors/transforms/set.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import { CANARY, testTransformer } from "../../contract/transformer_kit.ts";
import { Lines, lines } from "../_lines.ts";

testTransformer(set, {
  config: { "MSH-5": "REGISTRY", "MSH-6": "0042" },
  cases: [
    {
      name: "replaces and makes values and leaves the rest",
      body: new Lines("MSH-3=LAB\nMSH-5=OLD\nPID-3=1"),
      expect: "MSH-3=LAB\nMSH-5=REGISTRY\nPID-3=1\nMSH-6=0042",
    },
    {
      name: "changes nothing of an HL7 message but what it names",
      body: Hl7Message.parse("MSH|^~\\&|LAB|ST E|||20240101||ORU^R01|1|P|2.5\rPID|1||42^^^A&B~7\r"),
      expect: "MSH|^~\\&|LAB|ST E|REGISTRY|0042|20240101||ORU^R01|1|P|2.5\rPID|1||42^^^A&B~7\r",
    },
    {
      name: "escapes what the format needs escaped",
      config: { "PID-5.1": "Smith & Sons" },
      body: Hl7Message.parse("MSH|^~\\&|LAB\rPID|1||42||Doe^Ann\r"),
      expect: "MSH|^~\\&|LAB\rPID|1||42||Smith \\T\\ Sons^Ann\r",
    },
    {
      name: "fills values in from the message as it came",
      config: { A: "{B}", B: "{A}", C: "{A}{B}", D: "{Z}", E: "{Z|default -}" },
      body: new Lines("A=1\nB=2\nD=old"),
      expect: "A=2\nB=1\nD=old\nC=12\nE=-",
    },
    {
      name: "numbers messages and knows when they were received",
      config: { N: "{sequence|pad 4}", T: "{received|date yyyyMMddHHmmssXX}" },
      timeZone: "Europe/Berlin",
      state: { sequence: "41" },
      body: new Lines(""),
      expect: "N=0042\nT=20231114231320+0100",
    },
    {
      name: "fills HL7 values in from decoded ones",
      config: { "PID-5.1": "{PID-5.1|upper}", "PID-7": "{PID-7|date yyyyMMdd}", "PID-9": "{{{PID-3.1}}}" },
      formats: [hl7v2],
      body: Hl7Message.parse("MSH|^~\\&|LAB\rPID|1||42^^^A~7||Sm\\T\\th^Ann||197001021230\r"),
      expect: "MSH|^~\\&|LAB\rPID|1||42^^^A~7||SM\\T\\TH^Ann||19700102||{42}\r",
    },
    {
      name: "fails on a date that is none",
      config: { A: "{A|date yyyy}" },
      body: new Lines(`A=${CANARY}`),
      expect: { code: "TEMPLATE_DATE_INVALID" },
    },
    {
      name: "fails on a date that says less than its pattern",
      config: { A: "{B|date yyyyMMddHH}" },
      body: new Lines(`A=${CANARY}\nB=20240105`),
      expect: { code: "TEMPLATE_DATE_IMPRECISE" },
    },
    {
      name: "finds a wrong template before the first message",
      config: { A: "{B" },
      body: new Lines(`A=${CANARY}`),
      expect: { code: "TEMPLATE_TEXT_INVALID" },
    },
    {
      name: "finds a wrong path to read before the first message",
      config: { A: "{?}" },
      format: lines,
      body: new Lines(`A=${CANARY}`),
      expect: { code: "TEMPLATE_PATH_INVALID" },
    },
    {
      name: "finds a wrong path to write before the first message",
      config: { "MSH-1": "|" },
      format: hl7v2,
      body: new Lines(`A=${CANARY}`),
      expect: { code: "HL7V2_DELIMITERS_FIXED" },
    },
    {
      name: "tells a path HL7 does not have by the format's code",
      config: { "PID.5": "x" },
      body: Hl7Message.parse(`MSH|^~\\&|LAB\rPID|1||${CANARY}`),
      expect: { code: "HL7V2_PATH_INVALID" },
    },
    { name: "writes into an empty body", body: new Lines(""), expect: "MSH-5=REGISTRY\nMSH-6=0042" },
    { name: "writes empty text as text", config: { A: "" }, body: new Lines("A=1"), expect: "A=" },
    { name: "without values changes nothing", config: {}, body: new Lines("A=1"), expect: "A=1" },
    {
      name: "fails on a body without paths",
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "SET_BODY_UNSUPPORTED" },
    },
    {
      name: "leaves a wrong path to the format",
      config: { "?": "1" },
      body: new Lines(`A=${CANARY}`),
      expect: { code: "LINES_PATH_INVALID" },
    },
  ],
});
