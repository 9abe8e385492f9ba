import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import hpke from "../../actors/envelopes/hpke/mod.ts";
import { HttpPeer } from "../adapters/https/http_peer.ts";
import { latin1, RawPeer, RawServer } from "../adapters/mllp/mllp_peer.ts";
import { assertQuiet, CANARY, canaryMessage, ownWordsOf, types } from "./_canary.ts";
import { buildCage } from "./_cage.ts";
import { seal } from "./_envelopes.ts";
import { Ack } from "./_messages.ts";
import { mitral, Product } from "./_product.ts";
import { Folder, Site } from "./_site.ts";

const HL7 = "x-application/hl7-v2+er7";

/** A gateway, in this process or in one of its own. */
type Addressed = { address(channel: string): string };

/** Sends a message of each type through a channel; the answers must be quiet, and say `verdict`. */
async function drive(where: Addressed, channel: string, verdict: string): Promise<void> {
  using peer = await RawPeer.dial(where.address(channel));
  for (const [at, type] of types.entries()) {
    await peer.send(canaryMessage(type, `${channel}-${at}`));
    const ack = (await peer.text())!;
    assertEquals(new Ack(ack).verdict, `${verdict} ${channel}-${at}`, ack);
    assertQuiet(`an answer of ${channel}`, ownWordsOf(ack));
  }
}

/** Bytes that break MLLP's rules; the answers must be quiet. */
async function breakFrames(product: Product): Promise<void> {
  const message = canaryMessage("ADT^A01", "broken");
  const wires = [
    `\x0b${message}`,
    `\x0b${message}\x0b${message}\x1c\r`,
    `${message}\x1c\r`,
    `\x0b${CANARY}\x1c\r`,
    `\x0bMSH|${CANARY}\x1c\r`,
  ];
  for (const channel of ["good", "narrow"]) {
    for (const wire of wires) {
      using peer = await RawPeer.dial(product.address(channel));
      await peer.write(latin1(wire));
      await peer.finish();
      for (let ack = await peer.text(); ack !== undefined; ack = await peer.text()) {
        assertQuiet(`an answer to a broken frame on ${channel}`, ownWordsOf(ack));
      }
    }
  }
}

/** Requests with the canary in every place a client can write to; the answers must be quiet. */
async function request(product: Product): Promise<void> {
  const url = product.address("documents");
  const type = "application/json";
  const good = JSON.stringify({ [CANARY]: [CANARY, { name: CANARY }] });
  const requests: readonly [
    status: number,
    url: string,
    init: RequestInit & { headers: Record<string, string> },
  ][] = [
    [204, url, { body: good, headers: { "content-type": type } }],
    [204, `${url}?patient=${CANARY}`, { body: good, headers: { "content-type": `${type}; name=${CANARY}` } }],
    [204, url, {
      body: good,
      headers: { "content-type": type, "x-patient": CANARY, cookie: `name=${CANARY}` },
    }],
    [422, url, { body: good.slice(0, -1), headers: { "content-type": type } }],
    [422, url, { body: `{"${CANARY}":1,"${CANARY}":2}`, headers: { "content-type": type } }],
    [422, url, { body: CANARY, headers: { "content-type": type } }],
    [415, url, { body: good, headers: { "content-type": `application/${CANARY}` } }],
    [415, url, { body: good, headers: { "content-type": type, "content-encoding": CANARY } }],
    [404, `${url}/${CANARY}?patient=${CANARY}`, { body: good, headers: { "content-type": type } }],
    [405, `${url}?patient=${CANARY}`, { body: good, headers: { "content-type": type }, method: "PUT" }],
  ];
  for (const [status, where, init] of requests) {
    const response = await fetch(where, { method: "POST", ...init });
    const said = JSON.stringify([...response.headers]) + await response.text();
    assertEquals(response.status, status, said);
    assertQuiet("an answer over HTTP", said);
  }
}

/** Envelopes that do not open, and one that does; the answers must be quiet. */
async function unseal(product: Product): Promise<void> {
  const payload = canaryMessage("ORU^R01", "sealed-1");
  const good = await seal({ to: "cage", payload });
  const bodies: readonly [status: number, body: Uint8Array<ArrayBuffer>][] = [
    [200, good.bytes],
    [200, (await seal({ to: "cage", id: "2", payload: canaryMessage("ADT^A01", "sealed-2") })).bytes],
    [422, good.bytes.slice(0, -20)],
    [422, (await seal({ by: "stranger", to: "cage", payload })).bytes],
    [422, latin1(CANARY)],
    [422, latin1(`SEAL1\n\0\0\0\x10{"v":"${CANARY}"}`)],
  ];
  for (const [status, body] of bodies) {
    const headers = { "content-type": hpke.contentType };
    const response = await fetch(product.address("sealed"), { method: "POST", body, headers });
    const said = await response.text();
    assertEquals(response.status, status, said);
    assertQuiet("an answer to an envelope", said);
  }
}

/** Peers that quote the name in whatever they say. */
function quotingPeer(answer: (controlId: string) => string): RawServer {
  const server = new RawServer();
  const run = async () => {
    for (;;) {
      const { bytes, peer } = await server.next();
      const controlId = new TextDecoder().decode(bytes).split("|")[9];
      await peer.send(answer(controlId)).catch(() => {});
    }
  };
  void run();
  return server;
}

const refusal = (code: string) => (controlId: string) =>
  [
    `MSH|^~\\&|${CANARY}|${CANARY}|||20260105||ACK|${CANARY}|P|2.5.1`,
    `MSA|${code}|${controlId}|${CANARY} is unknown`,
    `ERR|${CANARY}|PID^1^5^${CANARY}|${CANARY}^${CANARY}|E|${CANARY}|${CANARY}|${CANARY}|No patient ${CANARY}`,
    `ERR||PID^1^3|204^${CANARY}^HL70357|E||||${CANARY}`,
  ].join("\r") + "\r";

async function answerAll(web: HttpPeer): Promise<void> {
  for (;;) {
    const asked = await web.next();
    await asked.respond(422, `No patient ${CANARY}`, { "content-type": HL7, "x-patient": CANARY });
  }
}

Deno.test("the name of a patient is in no log line, metric, health page, answer or listing, whatever happens", async () => {
  await using folder = await Folder.make();
  await using refusing = quotingPeer(refusal("AE"));
  await using deferring = quotingPeer(refusal("AR"));
  await using babbling = quotingPeer(() => `Sorry, ${CANARY}`);
  await using web = await HttpPeer.open();
  void answerAll(web);
  const file = await buildCage(folder, {
    refusing: refusing.port,
    deferring: deferring.port,
    babbling: babbling.port,
    web: web.url,
  });
  await using product = await Product.start(file);
  const count = types.length;

  for (const channel of ["good", "filtered", "refused", "deferred", "babbled", "web"]) {
    await drive(product, channel, "AA");
  }
  await drive(product, "fails", "AE");
  for (const channel of ["throws", "rejects", "strict"]) await drive(product, channel, "AR");
  await drive(product, "strays", "AA");
  await breakFrames(product);
  await request(product);
  await unseal(product);
  await folder.write(`in/${CANARY}-1.hl7`, canaryMessage("ADT^A01", "watched-1"));
  await folder.write(`in/${CANARY}-2.hl7`, CANARY);

  const happened: readonly [Record<string, unknown>, number][] = [
    [{ name: "messageDelivered", channel: "good" }, count],
    [{ name: "messageFiltered", channel: "filtered" }, count],
    [{ name: "messageQuarantined", channel: "fails", code: "THROWER_MESSAGE_DISLIKED" }, count],
    [{ name: "messageQuarantined", channel: "throws", code: "ENGINE_MESSAGE_POISONED" }, count],
    [{ name: "messageQuarantined", channel: "rejects", code: "ENGINE_MESSAGE_POISONED" }, count],
    [{ name: "stageCrashed", channel: "throws" }, 2 * count],
    [{ name: "messageDelivered", channel: "strays" }, count],
    [{ name: "errorStrayed", code: "CONSOLE_ERROR_STRAYED" }, count],
    [{ name: "messageQuarantined", channel: "strict", code: "HL7V2_TYPE_UNSUPPORTED" }, count],
    [{ name: "messageQuarantined", channel: "refused", code: "HL7V2_MESSAGE_REFUSED" }, count],
    [{ name: "deliveryFailed", channel: "deferred", code: "HL7V2_MESSAGE_TURNED_AWAY" }, count],
    [{ name: "deliveryFailed", channel: "babbled", code: "HL7V2_ANSWER_UNREADABLE" }, count],
    [{ name: "messageQuarantined", channel: "web", code: "HTTPS_CONTENT_REJECTED" }, count],
    [{ name: "messageQuarantined", channel: "narrow", code: "MLLP_FRAME_TOO_LARGE" }, 1],
    [{ name: "messageQuarantined", channel: "good", code: "HL7V2_HEADER_MISSING" }, 1],
    [{ name: "messageQuarantined", channel: "documents", code: "JSON_TEXT_INVALID" }, 2],
    [{ name: "messageDelivered", channel: "documents" }, 3],
    [{ name: "messageDelivered", channel: "sealed" }, 2],
    [{ name: "messageQuarantined", channel: "sealed", code: "HPKE_SIGNER_UNKNOWN" }, 1],
    [{ name: "messageDelivered", channel: "watched" }, 1],
    [{ name: "messageQuarantined", channel: "watched", code: "HL7V2_HEADER_MISSING" }, 1],
  ];
  for (const [event, times] of happened) await product.logged(event, times);

  for (const page of ["metrics", "health", "ready"]) {
    assertQuiet(`/${page}`, await (await fetch(`${product.monitor}/${page}`)).text());
  }
  for (const asked of [["status"], ["status", "--json"], ["messages", "list", "--limit", "1000"]]) {
    const { code, out, err } = await mitral(...asked, "--file", file);
    assertEquals([code, err], [0, ""]);
    assertQuiet(`mitral ${asked.join(" ")}`, out);
    if (asked[0] === "messages") assertStringIncludes(out, "throws-0");
  }

  assertEquals((await product.stop()).code, 0);
  assertQuiet("standard output", product.out);
  assertQuiet("the log", product.err);
});

Deno.test("the name of a patient is in no event, no error and no reason for quarantine", async () => {
  const folder = await Folder.make();
  const nobody = { refusing: 1, deferring: 1, babbling: 1, web: "http://127.0.0.1:1/" };
  const file = await buildCage(folder, nobody);
  await using site = await Site.open(JSON.parse(await Deno.readTextFile(file)), folder);
  await drive(site, "good", "AA");
  await drive(site, "fails", "AE");
  for (const channel of ["throws", "rejects", "strict"]) await drive(site, channel, "AR");
  await site.seen("messageDelivered", ({ channel }) => channel === "good", types.length);

  for (const event of site.events) {
    assertQuiet(`the event ${event.name}`, JSON.stringify(event));
    if ("error" in event && event.error) assertQuiet(event.error.code, `${event.error} ${event.error.stack}`);
  }
  const kept = await site.quarantine();
  assertEquals(kept.length, 4 * types.length);
  for (const { trouble } of kept) assertQuiet("a reason for quarantine", JSON.stringify(trouble));
});

Deno.test("the canary is heard in plain text, in capitals, in hexadecimal digits and in base64", () => {
  const bytes = new TextEncoder();
  for (const before of ["", "a", "bc", "def"]) {
    const text = `${before}${CANARY}, and more`;
    for (
      const said of [text, text.toUpperCase(), bytes.encode(text).toHex(), bytes.encode(text).toBase64()]
    ) {
      assertThrows(() => assertQuiet("a place", said), Error, "tells the name");
    }
  }
  assertThrows(() => assertQuiet("a place", ""), Error, "says nothing");
});
