import { assertEquals } from "@std/assert";
import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import json, { JsonBody } from "../../../actors/formats/json/mod.ts";
import build from "../../../actors/transforms/build.ts";
import split from "../../../actors/transforms/split.ts";
import { createMessage, RawBody } from "../../../runtime/contract/message.ts";
import { CANARY, testTransformer } from "../../contract/transformer_kit.ts";
import { surroundingsOf } from "../../contract/_surroundings.ts";
import { bindTransformer, passedOn, withDefaults } from "../../../runtime/contract/actor.ts";
import { Lines, lines } from "../_lines.ts";

const order = (id: string) => Hl7Message.parse(`${header(id)}PID|1\rOBR|1\rOBX|1\rOBR|2\r`);
const header = (id: string) => `MSH|^~\\&|LAB||||||ORM^O01|${id}|P|2.5\r`;
const secret = new Lines(`A=${CANARY}`);

testTransformer(split, {
  config: "OBR",
  cases: [
    {
      name: "makes a message of each segment with what belongs to it",
      body: order("A17"),
      expect: [`${header("A17")}PID|1\rOBR|1\rOBX|1\r`, `${header("A17")}PID|1\rOBR|2\r`],
    },
    {
      name: "makes a message of each element",
      config: { by: "$.items[*]" },
      formats: [json],
      body: JsonBody.parse('{"items":[{"a": 1},{"a":2}]}'),
      expect: ['{"a": 1}', '{"a":2}'],
    },
    {
      name: "gives each part an id of its own",
      config: { by: "OBR", number: "MSH-10" },
      format: hl7v2,
      body: order("A17"),
      expect: [`${header("A17-1")}PID|1\rOBR|1\rOBX|1\r`, `${header("A17-2")}PID|1\rOBR|2\r`],
    },
    {
      name: "cuts an id at the front to 20 characters",
      config: { by: "OBR", number: "MSH-10" },
      body: order("x2024010512301500017"),
      expect: [
        `${header("024010512301500017-1")}PID|1\rOBR|1\rOBX|1\r`,
        `${header("024010512301500017-2")}PID|1\rOBR|2\r`,
      ],
    },
    {
      name: "numbers nothing where the message has no id",
      config: { by: "OBR", number: "MSH-10" },
      body: order(""),
      expect: [`${header("")}PID|1\rOBR|1\rOBX|1\r`, `${header("")}PID|1\rOBR|2\r`],
    },
    { name: "makes one part of one thing", body: new Lines("x=1\nOBR=2"), expect: ["x=1\nOBR=2"] },
    { name: "fails where there is nothing", body: secret, expect: { code: "SPLIT_PLACE_MISSING" } },
    {
      name: "keeps a message with nothing where that is wanted",
      config: { by: "OBR", empty: "keep" },
      body: new Lines("A=1"),
      expect: "A=1",
    },
    {
      name: "filters a message with nothing where that is wanted",
      config: { by: "OBR", empty: "filter" },
      body: new Lines("A=1"),
      expect: null,
    },
    {
      name: "fails on a body without paths",
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "SPLIT_BODY_UNSUPPORTED" },
    },
    {
      name: "finds a wrong path before the first message",
      config: "?",
      format: lines,
      body: secret,
      expect: { code: "LINES_PATH_INVALID" },
    },
    {
      name: "finds a wrong path of the id before the first message",
      config: { by: "OBR", number: "MSH" },
      format: hl7v2,
      body: secret,
      expect: { code: "HL7V2_PATH_INVALID" },
    },
  ],
});

Deno.test("split parts know their number, and messages built of them have ids of their own", async () => {
  const around = surroundingsOf({ formats: [lines] });
  const open = <C>(transformer: typeof split | typeof build, config: C) =>
    bindTransformer(
      transformer.spec as never,
      withDefaults(transformer.spec.config, config) as never,
      around,
    );
  const body = new Lines("A=1\nA=2");
  const origin = { adapter: "kit", peer: "192.0.2.7:1" };
  const message = createMessage({
    id: "m",
    channel: "c",
    origin,
    receivedAtMs: 0,
    received: new Uint8Array(),
    body,
  });
  const { signal } = new AbortController();
  const parts = passedOn(await (await open(split, "A")).process(message, signal));
  assertEquals(parts.map(({ metadata }) => metadata), [{ part: "1", parts: "2" }, { part: "2", parts: "2" }]);
  const second = await open(build, { lines: "x", set: { P: "{part}/{parts} {A}" } });
  const built = await Promise.all(parts.map((part) => second.process(part, signal)));
  assertEquals(
    built.flatMap(passedOn).map(({ body }) => new TextDecoder().decode(body.toBytes())),
    ["kind=x\nid=m-1\nP=1/2 1", "kind=x\nid=m-2\nP=2/2 2"],
  );
});
