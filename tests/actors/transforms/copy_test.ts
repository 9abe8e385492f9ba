import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import copy from "../../../actors/transforms/copy.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import { CANARY, testTransformer } from "../../contract/transformer_kit.ts";
import { Lines, lines } from "../_lines.ts";

testTransformer(copy, {
  config: { "PV1-19": "PID-18", "ORC-2": "PV1-19" },
  cases: [
    {
      name: "writes what it finds, in order",
      body: new Lines("PID-18=77\nPV1-19=old"),
      expect: "PID-18=77\nPV1-19=77\nORC-2=77",
    },
    {
      name: "leaves the target where the source is absent",
      body: new Lines("PV1-19=old"),
      expect: "PV1-19=old\nORC-2=old",
    },
    {
      name: "copies within an HL7 message",
      config: { "PV1-19.1": "PID-18.1", "PID-2": "PID-9" },
      body: Hl7Message.parse("MSH|^~\\&|LAB\rPID|1|old||||||||||||||||A77^^^ADM\rPV1|1|I\r"),
      expect: `MSH|^~\\&|LAB\rPID|1|old||||||||||||||||A77^^^ADM\rPV1|1|I${"|".repeat(17)}A77\r`,
    },
    { name: "copies empty text", body: new Lines("PID-18=\nPV1-19=old"), expect: "PID-18=\nPV1-19=\nORC-2=" },
    {
      name: "fails on a body without paths",
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "COPY_BODY_UNSUPPORTED" },
    },
    {
      name: "finds a wrong path to read before the first message",
      config: { A: "?" },
      format: lines,
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "LINES_PATH_INVALID" },
    },
    {
      name: "finds a wrong path to write before the first message",
      config: { "PID[*]-3": "PID-4" },
      format: hl7v2,
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "HL7V2_PATH_INVALID" },
    },
    {
      name: "leaves a wrong path to the format",
      config: { A: "?" },
      body: new Lines(`A=${CANARY}`),
      expect: { code: "LINES_PATH_INVALID" },
    },
  ],
});
