import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { decryptor } from "../../actors/decryptor.ts";
import { encryptor } from "../../actors/encryptor.ts";
import hpke from "../../actors/envelopes/hpke/mod.ts";
import hl7v2 from "../../actors/formats/hl7v2/mod.ts";
import { parser } from "../../actors/parser.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import { createMessage, type Message, RawBody } from "../../runtime/contract/message.ts";
import { testKeyring } from "../runtime/trust/gateways.ts";
import { MADE_AT_MS } from "../runtime/trust/gateways.ts";

const clock = { nowMs: () => MADE_AT_MS };
const TEXT = "MSH|^~\\&|A|B|C|D|20260102||ADT^A01|1|P|2.5.1\rPID|1||4711^^^H\r";

function messages(count: number): ReadableStream<Message> {
  const bytes = new TextEncoder().encode(TEXT);
  return ReadableStream.from(Array.from({ length: count }, (_, at) =>
    createMessage({
      id: `id-${at}`,
      channel: "feed",
      origin: { adapter: "test", peer: "here" },
      receivedAtMs: MADE_AT_MS,
      received: bytes,
      body: new RawBody(bytes, "x-application/hl7-v2+er7"),
      metadata: { at: String(at) },
    })));
}

Deno.test("encryptor and decryptor are Web streams: what one seals the other opens, and the parser reads it", async () => {
  const [hospital, lab] = [await testKeyring("hospital", ["lab"]), await testKeyring("lab", ["hospital"])];
  const sealed: Message[] = [];
  const tap = new TransformStream<Message, Message>({
    transform(message, out) {
      sealed.push(message);
      out.enqueue(message);
    },
  });
  const opened = await Array.fromAsync(
    messages(2)
      .pipeThrough(encryptor(hpke, { keys: hospital, to: ["lab"], clock }))
      .pipeThrough(tap)
      .pipeThrough(decryptor(hpke, { keys: lab, clock }))
      .pipeThrough(parser(hl7v2)),
  );
  assertEquals(sealed.map(({ body }) => body.contentType), [hpke.contentType, hpke.contentType]);
  assertNotEquals(sealed[0].body.toBytes(), sealed[1].body.toBytes());
  assertEquals(opened.map(({ id, metadata }) => [id, metadata.at]), [["id-0", "0"], ["id-1", "1"]]);
  assertEquals(opened.map(({ body }) => body.get("PID-3.1")), ["4711", "4711"]);
  assertEquals(opened[0].origin.partner, "hospital.example");
});

Deno.test("decryptor errors its stream with the envelope's code where the message is sealed for somebody else", async () => {
  const [hospital, clinic] = [
    await testKeyring("hospital", ["lab"]),
    await testKeyring("clinic", ["hospital"]),
  ];
  const opened = messages(1)
    .pipeThrough(encryptor(hpke, { keys: hospital, to: ["lab"], clock }))
    .pipeThrough(decryptor(hpke, { keys: clinic, clock }));
  const error = await assertRejects(() => Array.fromAsync(opened), MitralError);
  assertEquals(error.code, "HPKE_RECIPIENT_MISSING");
});
