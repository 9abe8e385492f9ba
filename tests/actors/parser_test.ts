import { assert, assertEquals, assertRejects } from "@std/assert";
import hl7v2, { Hl7Message } from "../../actors/formats/hl7v2/mod.ts";
import filter from "../../actors/filter.ts";
import { parser } from "../../actors/parser.ts";
import { parseStage, passedOn } from "../../runtime/contract/actor.ts";
import set from "../../actors/transforms/set.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import { bindFormat, defineFormat } from "../../runtime/contract/format.ts";
import { createMessage, RawBody } from "../../runtime/contract/message.ts";
import { integer } from "../../runtime/contract/spec.ts";
import { Lines } from "./_lines.ts";

const lines = defineFormat({
  name: "lines",
  about: "Lines of path and value.",
  contentTypes: ["text/x-lines"],
  config: { linesMax: integer("Lines.", { default: 2 }) },
  errors: {
    LINES_COUNT_EXCEEDED: { blame: "sender", retry: "never", says: "Cannot parse lines: over {linesMax}" },
  },
  parse(bytes, { config, contentType, fail }) {
    const text = new TextDecoder().decode(bytes);
    if (text.split("\n").length > config.linesMax) {
      fail("LINES_COUNT_EXCEEDED", { linesMax: config.linesMax });
    }
    return new Lines(text).with("type", contentType ?? "");
  },
});

function received(text: string) {
  const bytes = new TextEncoder().encode(text);
  const origin = { adapter: "test", peer: "here" };
  const body = new RawBody(bytes, "text/x-lines");
  return createMessage({
    id: "1",
    channel: "c",
    origin,
    receivedAtMs: 0,
    received: bytes,
    body,
    metadata: { a: "b" },
  });
}

Deno.test("a parser is a Web TransformStream that fills in the format's defaults", async () => {
  const messages = ReadableStream.from([received("A=1"), received("A=2\nB=3")]).pipeThrough(parser(lines));
  const bodies = await Array.fromAsync(messages, ({ body }) => body);
  assertEquals(bodies.map((body: Lines) => body.get("A")), ["1", "2"]);
});

Deno.test("a parser gives the body of its format, on which transforms follow", async () => {
  const messages = ReadableStream.from([
    received("MSH|^~\\&|LAB|||||||||\r"),
    received("MSH|^~\\&|ICU|||||||||\r"),
  ])
    .pipeThrough(parser(hl7v2))
    .pipeThrough(filter("MSH-3 = ICU"))
    .pipeThrough(set({ "MSH-5": "EHR" }));
  const [message, ...rest] = await Array.fromAsync(messages);
  assertEquals(rest, []);
  assert(message.body instanceof Hl7Message);
  assertEquals([message.body.get("MSH-3"), message.body.get("MSH-5")], ["ICU", "EHR"]);
});

Deno.test("a parser errors its stream with the format's error", async () => {
  const messages = ReadableStream.from([received("A=1\nB=2")]).pipeThrough(parser(lines, { linesMax: 1 }));
  const { code, facts } = await assertRejects(() => Array.fromAsync(messages), MitralError);
  assertEquals([code, facts], ["LINES_COUNT_EXCEEDED", { linesMax: 1 }]);
});

Deno.test("a parser takes only what its format accepts", async () => {
  const messages = ReadableStream.from([received("MSH|^~\\&|LAB||||||ORU^R01|\r")]);
  const stream = messages.pipeThrough(parser(hl7v2, { accept: ["ADT"] }));
  assertEquals(
    (await assertRejects(() => Array.fromAsync(stream), MitralError)).code,
    "HL7V2_TYPE_UNSUPPORTED",
  );
});

Deno.test("a parse stage reads the bytes as received with the media type they came with", async () => {
  const stage = parseStage(bindFormat(lines, { linesMax: 9 }));
  const message = received("A=1");
  const changed = message.derive({ body: new RawBody(new Uint8Array(), "text/x-lines; charset=y") });
  const [parsed] = passedOn(await stage.process(changed, new AbortController().signal));
  assertEquals(parsed.body.get("A"), "1");
  assertEquals(parsed.body.get("type"), "text/x-lines; charset=y");
  assertEquals([parsed.id, parsed.metadata], ["1", { a: "b" }]);
});
