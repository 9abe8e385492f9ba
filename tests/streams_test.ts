import { assertEquals, assertRejects } from "@std/assert";
import { createMessage, type FormatSpec, type Message, MitralError, parser, RawBody } from "mitral";
import * as formats from "mitral/formats";
import * as transforms from "mitral/transforms";
import { catalog } from "../catalog.ts";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function stream(...texts: string[]): ReadableStream<Message> {
  return ReadableStream.from(texts.map((text, at) => {
    const received = new TextEncoder().encode(text);
    const origin = { adapter: "test", peer: "here" };
    return createMessage({
      id: `${at}`,
      channel: "test",
      origin,
      receivedAtMs: 0,
      received,
      body: new RawBody(received),
    });
  }));
}

async function texts(messages: ReadableStream<Message>): Promise<string[]> {
  return await Array.fromAsync(messages, ({ body }) => textOf(body.toBytes()));
}

/** As the modules export what the catalog calls by `name`. */
const exported = (name: string) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

Deno.test("every format and every transform can be imported, and is the one a gateway uses", async () => {
  for (const [name, load] of Object.entries(catalog.formats)) {
    assertEquals<unknown>(formats[exported(name) as keyof typeof formats], await load(), name);
  }
  for (const [name, load] of Object.entries(catalog.transforms)) {
    const transform: { readonly spec: unknown } = transforms[exported(name) as keyof typeof transforms];
    assertEquals<unknown>(transform.spec, await load(), name);
  }
});

Deno.test("a pipeline of formats and transforms runs without a gateway: filtered, split and changed", async () => {
  const messages = stream('{"for":"x","of":[{"n":"a","m":1},{"n":"b"}]}', '{"for":"y"}')
    .pipeThrough(parser(formats.json))
    .pipeThrough(transforms.filter("$.for = x"))
    .pipeThrough(transforms.split({ by: "$.of[*]" }))
    .pipeThrough(transforms.set({ "$.upper": "{$.n|upper}" }))
    .pipeThrough(transforms.delete(["$.m"]));
  assertEquals(await texts(messages), ['{"n":"a","upper":"A"}', '{"n":"b","upper":"B"}']);
});

Deno.test("a transform that makes another body has the formats it is given, and no other", async () => {
  const made = (given: { formats?: readonly FormatSpec[] }) =>
    stream('{"mrn":"4711"}')
      .pipeThrough(parser(formats.json))
      .pipeThrough(transforms.build({ hl7v2: "ADT^A04", set: { "PID-3.1": "{$.mrn}" } }, given));
  const [text] = await texts(made({ formats: [formats.hl7v2] }));
  assertEquals(text.split("\r").find((segment) => segment.startsWith("PID")), "PID|||4711");
  for (const given of [{}, { formats: [formats.csv] }]) {
    assertEquals((await assertRejects(() => texts(made(given)), MitralError)).code, "BUILD_FORMAT_UNKNOWN");
  }
});

Deno.test("a message that fails ends its pipeline with the declared error", async () => {
  const messages = stream("{", "{}").pipeThrough(parser(formats.json)).pipeThrough(
    transforms.set({ "$.a": "b" }),
  );
  assertEquals((await assertRejects(() => texts(messages), MitralError)).code, "JSON_TEXT_INVALID");
});
