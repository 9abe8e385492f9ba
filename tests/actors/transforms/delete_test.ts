import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import remove from "../../../actors/transforms/delete.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import { CANARY, testTransformer } from "../../contract/transformer_kit.ts";
import { Lines } from "../_lines.ts";

testTransformer(remove, {
  config: ["PID-19", "NK1"],
  cases: [
    {
      name: "takes out every value of its paths and leaves the rest",
      body: new Lines("PID-3=1\nPID-19=123\nNK1=a\nNK1=b"),
      expect: "PID-3=1",
    },
    {
      name: "takes a field and every segment of a kind out of an HL7 message",
      config: ["PID-3", "NK1[*]"],
      body: Hl7Message.parse("MSH|^~\\&|LAB\rPID|1||42^^^A~7||Doe\rNK1|1|X\rPV1|1\rNK1|2|Y\r"),
      expect: "MSH|^~\\&|LAB\rPID|1||||Doe\rPV1|1\r",
    },
    { name: "takes what is not there for done", body: new Lines("PID-3=1"), expect: "PID-3=1" },
    { name: "without paths changes nothing", config: [], body: new Lines("NK1=a"), expect: "NK1=a" },
    {
      name: "fails on a body without paths",
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "DELETE_BODY_UNSUPPORTED" },
    },
    {
      name: "finds a wrong path before the first message",
      config: ["NK1[*]", "PID.3"],
      format: hl7v2,
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "HL7V2_PATH_INVALID" },
    },
    {
      name: "leaves a wrong path to the format",
      config: ["?"],
      body: new Lines(`A=${CANARY}`),
      expect: { code: "LINES_PATH_INVALID" },
    },
  ],
});
