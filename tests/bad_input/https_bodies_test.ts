import { assert, assertEquals } from "@std/assert";
import { Ack, bytesOf, hl7, json } from "./_messages.ts";
import { assertDeclared, PATIENT } from "./_reference.ts";
import { gatewayOf, problemOf, type Settings, Site } from "./_site.ts";

interface Bad {
  readonly sentence: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
  /** What must be in quarantine; left out: the body is not even read. */
  readonly kept?: Uint8Array;
  readonly parse: unknown;
  readonly listen?: Settings;
  readonly https?: Settings;
  readonly good: { readonly body: string; readonly contentType: string };
}

const document = { body: json(1), contentType: "application/json" };
const note = { body: `Dear ${PATIENT}`, contentType: "text/plain; charset=utf-8" };
const message = { body: hl7("GOOD"), contentType: "x-application/hl7-v2+er7" };

const cut = json(2).slice(0, -1);
const broken = Uint8Array.of(...bytesOf(`Dear ${PATIENT}`), 0xe9, 0xff);
const processed = { acknowledge: "processed" };

const bad: readonly Bad[] = [
  {
    sentence: "JSON that does not parse gets 422",
    body: cut,
    contentType: "application/json",
    status: 422,
    code: "JSON_TEXT_INVALID",
    kept: bytesOf(cut),
    parse: "json",
    listen: processed,
    good: document,
  },
  {
    sentence: "JSON that names a member twice gets 422",
    body: `{"family":"${PATIENT}","family":"x"}`,
    contentType: "application/json",
    status: 422,
    code: "JSON_NAME_REPEATED",
    kept: bytesOf(`{"family":"${PATIENT}","family":"x"}`),
    parse: "json",
    listen: processed,
    good: document,
  },
  {
    sentence: "JSON that is not UTF-8 gets 422",
    body: broken,
    contentType: "application/json",
    status: 422,
    code: "JSON_BYTES_INVALID",
    kept: broken,
    parse: "json",
    listen: processed,
    good: document,
  },
  {
    sentence: "text that is not in its charset gets 422",
    body: broken,
    contentType: "text/plain; charset=utf-8",
    status: 422,
    code: "TEXT_BYTES_INVALID",
    kept: broken,
    parse: "text",
    listen: processed,
    good: note,
  },
  {
    sentence: "text in a charset nobody knows gets 415",
    body: note.body,
    contentType: `text/plain; charset=${PATIENT}`,
    status: 415,
    code: "TEXT_CHARSET_UNKNOWN",
    kept: bytesOf(note.body),
    parse: "text",
    listen: processed,
    good: note,
  },
  {
    sentence: "another content type gets 415, and its body is not read",
    body: json(2),
    contentType: `application/${PATIENT}`,
    status: 415,
    code: "HTTPS_TYPE_UNSUPPORTED",
    parse: "json",
    good: document,
  },
  {
    sentence: "a content encoding gets 415, and its body is not read",
    body: json(2),
    contentType: "application/json",
    headers: { "content-encoding": "br" },
    status: 415,
    code: "HTTPS_ENCODING_UNSUPPORTED",
    parse: "json",
    good: document,
  },
  {
    sentence: "an empty body gets 400",
    body: "",
    contentType: "application/json",
    status: 400,
    code: "HTTPS_BODY_EMPTY",
    parse: "json",
    good: document,
  },
  {
    sentence: "a body over bodyBytesMax gets 413, and its beginning is kept",
    body: json(2),
    contentType: "application/json",
    status: 413,
    code: "HTTPS_BODY_TOO_LARGE",
    kept: bytesOf(json(2).slice(0, 20)),
    parse: "json",
    https: { bodyBytesMax: 20 },
    good: { body: "[1]", contentType: "application/json" },
  },
  {
    sentence: "a body over messageBytesMax gets 422",
    body: json(2),
    contentType: "application/json",
    status: 422,
    code: "ENGINE_MESSAGE_TOO_LARGE",
    kept: bytesOf(json(2)),
    parse: "json",
    listen: { messageBytesMax: 20 },
    good: { body: "[1]", contentType: "application/json" },
  },
  {
    sentence: "HL7 without MSH gets 422, since nobody is there to answer in HL7",
    body: PATIENT,
    contentType: message.contentType,
    status: 422,
    code: "HL7V2_HEADER_MISSING",
    kept: bytesOf(PATIENT),
    parse: "hl7v2",
    good: message,
  },
];

for (const { sentence, body, contentType, headers, status, code, kept, parse, listen, https, good } of bad) {
  Deno.test(`over https ${sentence}`, async () => {
    await using site = await Site.open(gatewayOf({ https: { port: 0, ...https }, ...listen }, parse));
    const problem = await problemOf(await site.post(body, contentType, headers));
    assertEquals([problem.status, problem.code], [status, code]);
    if (kept) await site.assertKept(kept, code);
    else assertEquals(await site.gateway.archive.list({}), []);

    const response = await site.post(good.body, good.contentType);
    assert(response.ok, `${response.status} ${await response.text()}`);
    await site.assertDelivered(bytesOf(good.body));
  });
}

Deno.test("over https HL7 of a type not in accept gets 200 with AR, as HL7 over HTTP has it", async () => {
  const bytes = bytesOf(hl7("BAD", "ORU^R01"));
  const listen = { https: { port: 0 }, acknowledge: "processed" };
  await using site = await Site.open(gatewayOf(listen, { hl7v2: { accept: ["ADT"] } }));
  const response = await site.post(bytes, message.contentType);
  const ack = new Ack(await response.text());
  assertEquals([response.status, ack.verdict, ack.condition], [200, "AR BAD", "200"]);
  assertEquals(ack.error.code, "HL7V2_TYPE_UNSUPPORTED");
  await assertDeclared(ack.error);
  await site.assertKept(bytes, "HL7V2_TYPE_UNSUPPORTED");

  const next = await site.post(message.body, message.contentType);
  assertEquals(new Ack(await next.text()).verdict, "AA GOOD");
  await site.assertDelivered(bytesOf(message.body));
});

Deno.test("over https JSON that does not parse is taken at acknowledge received, and then quarantined", async () => {
  await using site = await Site.open(gatewayOf({ https: { port: 0 } }, "json"));
  const response = await site.post(cut, document.contentType);
  assertEquals(response.status, 204);
  const { error } = await site.seen("messageQuarantined");
  await assertDeclared({ code: error.code, says: error.message });
  await site.assertKept(bytesOf(cut), "JSON_TEXT_INVALID");

  assertEquals((await site.post(document.body, document.contentType)).status, 204);
  await site.assertDelivered(bytesOf(document.body));
});
