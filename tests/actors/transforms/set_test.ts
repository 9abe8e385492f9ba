import { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import set from "../../../actors/transforms/set.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import { CANARY, testTransformer } from "../../contract/transformer_kit.ts";
import { Lines } from "../_lines.ts";

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
