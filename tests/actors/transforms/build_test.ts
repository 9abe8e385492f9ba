import { assertEquals } from "@std/assert";
import bytes from "../../../actors/formats/bytes.ts";
import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import json, { JsonBody } from "../../../actors/formats/json/mod.ts";
import build from "../../../actors/transforms/build.ts";
import { defineFormat } from "../../../runtime/contract/format.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import { CANARY, testTransformer } from "../../contract/transformer_kit.ts";
import { Lines, lines } from "../_lines.ts";

/** A format that makes bodies without paths. */
const opaque = defineFormat({
  name: "opaque",
  about: "Bytes.",
  contentTypes: ["application/x-opaque"],
  config: {},
  errors: {},
  parse: (bytes) => new RawBody(bytes),
  create: () => new RawBody(new Uint8Array()),
});

const order = JsonBody.parse(
  '{"mrn":"42","family":"Smith & Sons","born":"1970-01-02","items":[{"code":"A","value":"1"},{"code":"B"}]}',
);
const result = Hl7Message.parse(
  "MSH|^~\\&|LAB\rPID|1||42\rOBX|1|NM|718-7||13\rOBX|2|NM|789-8\rOBX|3|NM|\r",
);
const head = "MSH|^~\\&|||||20231114221320+0000||";
const secret = new Lines(`A=${CANARY}`);

testTransformer(build, {
  config: { lines: "note", set: { A: "{B}", B: "{A}", C: "{Z}", D: "{Z|default -}" } },
  formats: [lines, hl7v2, json, bytes, opaque],
  cases: [
    {
      name: "makes a message of what it reads and leaves out what is absent",
      body: new Lines("A=1\nB=2"),
      expect: "kind=note\nid=0190a3b4-0000-7000-8000-000000000001\nA=2\nB=1\nD=-",
    },
    {
      name: "makes HL7 of JSON, a segment for each element",
      config: {
        hl7v2: "ORU^R01^ORU_R01",
        set: { "PID-3.1": "{$.mrn}", "PID-5.1": "{$.family}", "PID-7": "{$.born|date yyyyMMdd}" },
        each: [{
          for: "$.items[*]",
          set: { "OBX[{n}]-1": "{n}", "OBX[{n}]-3.1": "{@.code}", "OBX[{n}]-5": "{@.value}" },
        }],
      },
      format: json,
      body: order,
      expect: `${head}ORU^R01^ORU_R01|0190a3b4000000000001|P|2.5.1||||||UNICODE UTF-8\r` +
        "PID|||42||Smith \\T\\ Sons||19700102\rOBX|1||A||1\rOBX|2||B\r",
    },
    {
      name: "makes JSON of HL7, an element for each segment",
      config: {
        json: "",
        set: { "$.patient.id": "{PID-3.1}" },
        each: [{
          for: "OBX",
          set: { "$.lines[{n0}].code": "{OBX-3.1}", "$.lines[{n0}].value": "{OBX-5|default none}" },
        }],
      },
      format: hl7v2,
      body: result,
      expect: JSON.stringify({
        patient: { id: "42" },
        lines: [{ code: "718-7", value: "13" }, { code: "789-8", value: "none" }, { value: "none" }],
      }),
    },
    {
      name: "writes nothing for what is nowhere",
      config: { json: "", each: [{ for: "ZZZ", set: { "$.x[{n0}]": "1" } }] },
      body: result,
      expect: "{}",
    },
    {
      name: "numbers messages, and the things in each by themselves",
      config: {
        lines: "x",
        set: { id: "{sequence}" },
        each: [{ for: "A", set: { "R{n}": "{n} of {sequence}: {@}" } }],
      },
      state: { sequence: "8" },
      body: new Lines("A=a\nA=b"),
      expect: "kind=x\nid=9\nR1=1 of 9: a\nR2=2 of 9: b",
    },
    {
      name: "fails on a body without paths",
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "BUILD_BODY_UNSUPPORTED" },
    },
    {
      name: "needs the name of a format",
      config: { set: { A: "1" } },
      body: secret,
      expect: { code: "BUILD_FORMAT_MISSING" },
    },
    {
      name: "takes the name of one format alone",
      config: { lines: "", json: "" },
      body: secret,
      expect: { code: "BUILD_FORMAT_MISSING" },
    },
    {
      name: "finds that there is no such format",
      config: { hl7: "ADT^A04" },
      body: secret,
      expect: { code: "BUILD_FORMAT_UNKNOWN" },
    },
    {
      name: "finds that a format makes nothing from scratch",
      config: { bytes: "" },
      body: secret,
      expect: { code: "BUILD_FORMAT_UNSUPPORTED" },
    },
    {
      name: "finds that a format makes bodies without paths",
      config: { opaque: "" },
      body: secret,
      expect: { code: "BUILD_FORMAT_UNSUPPORTED" },
    },
    {
      name: "finds a kind the format does not know before the first message",
      config: { hl7v2: "admission" },
      body: secret,
      expect: { code: "HL7V2_TYPE_INVALID" },
    },
    {
      name: "finds a wrong path to write before the first message",
      config: { hl7v2: "ADT^A04", set: { "PID.3": "x" } },
      body: secret,
      expect: { code: "HL7V2_PATH_INVALID" },
    },
    {
      name: "finds a wrong path to write in each before the first message",
      config: { hl7v2: "ADT^A04", each: [{ for: "A", set: { "OBX[{n0}]-1": "x" } }] },
      body: secret,
      expect: { code: "HL7V2_PATH_INVALID" },
    },
    {
      name: "finds a wrong path of things before the first message",
      config: { json: "", each: [{ for: "?", set: {} }] },
      format: lines,
      body: secret,
      expect: { code: "LINES_PATH_INVALID" },
    },
    {
      name: "finds a wrong word in a path",
      config: { json: "", each: [{ for: "A", set: { "$.x[{sequence}]": "1" } }] },
      body: secret,
      expect: { code: "TEMPLATE_TEXT_INVALID" },
    },
  ],
});

Deno.test("build gives bodies of the format it names", () => {
  const { gives, config } = build.spec;
  assertEquals(config.kind, "record");
  assertEquals(gives?.({ hl7v2: "ADT^A04", set: {}, each: [] }), "hl7v2");
});
