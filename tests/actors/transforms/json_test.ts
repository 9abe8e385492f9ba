import { assertEquals } from "@std/assert";
import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import jsonFormat from "../../../actors/formats/json/mod.ts";
import json from "../../../actors/transforms/json.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import { CANARY, testTransformer } from "../../contract/transformer_kit.ts";
import { Lines } from "../_lines.ts";

const secret = new Lines(`A=${CANARY}`);

testTransformer(json, {
  config: { status: "{MSA-1}", id: "{MSA-2}", "error.code": "{ERR-3.1}", "error.text": "{MSA-3}" },
  formats: [jsonFormat],
  cases: [
    {
      name: "makes an object of an HL7 answer",
      format: hl7v2,
      body: Hl7Message.parse('MSH|^~\\&|EHR\rMSA|AE|17|say "no"\rERR|||101\r'),
      expect: '{"status":"AE","id":"17","error":{"code":"101","text":"say \\"no\\""}}',
    },
    {
      name: "leaves out what is absent, and objects without members",
      body: new Lines("MSA-1=AA"),
      expect: '{"status":"AA"}',
    },
    { name: "makes an object of nothing", body: new Lines(""), expect: "{}" },
    {
      name: "keeps the order and the spelling of names",
      config: { b: "a", a: "b", "__proto__.toString": "c", 'a"b': "{A}" },
      body: new Lines("A=1"),
      expect: '{"b":"a","a":"b","__proto__":{"toString":"c"},"a\\"b":"1"}',
    },
    {
      name: "fails on a body without paths",
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "JSON_BODY_UNSUPPORTED" },
    },
    {
      name: "finds a member that is a value and an object",
      config: { a: "1", "a.b": "2" },
      body: secret,
      expect: { code: "JSON_MEMBER_BLOCKED" },
    },
    {
      name: "finds a member that is an object and a value",
      config: { "a.b": "2", a: "1" },
      body: secret,
      expect: { code: "JSON_MEMBER_BLOCKED" },
    },
    {
      name: "finds a member deeper than anything can be",
      config: { ["a.".repeat(100_000) + "b"]: "1" },
      body: secret,
      expect: { code: "JSON_MEMBER_DEEP" },
    },
    {
      name: "finds a wrong template before the first message",
      config: { a: "{A" },
      body: secret,
      expect: { code: "TEMPLATE_TEXT_INVALID" },
    },
  ],
});

Deno.test("json gives bodies of JSON", () => {
  assertEquals(json.spec.gives?.({}), "json");
});
