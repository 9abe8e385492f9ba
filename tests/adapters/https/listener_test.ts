import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import listener from "../../../adapters/https/listener.ts";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import { type Blame, MitralError } from "../../../runtime/contract/error.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { accepted } from "../../world/fake_intake.ts";
import { type ListenerRig, openListener, type RigParts, worldWith } from "../../world/tools.ts";
import { settles } from "../../world/turns.ts";

const HL7 = ["x-application/hl7-v2+er7", "application/hl7-v2+er7", "application/hl7-v2"];
const bytesOf = (text: string) => new TextEncoder().encode(text);

function open(config: object = {}, parts: RigParts = {}): Promise<ListenerRig> {
  return openListener(listener, { port: 0, ...config }, parts);
}

function post(
  rig: ListenerRig,
  body: BodyInit | null,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(rig.listening.address, {
    method: "POST",
    body,
    headers: { "content-type": "text/plain", ...headers },
  });
}

/** A connection on which a test writes HTTP by hand. */
async function wire(rig: ListenerRig, ...lines: string[]): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(rig.listening.address).port),
  });
  await connection.write(bytesOf(lines.join("\r\n")));
  return connection;
}

/** The lines of a request whose body is longer than what is sent of it. */
function beginning(sent: string): string[] {
  return ["POST / HTTP/1.1", "host: test", "content-type: text/plain", "content-length: 9", "", sent];
}

function answerOf(
  kind: "accepted" | "rejected" | "failed",
  contentType?: string,
  blame: Blame = "sender",
): Reply {
  const answer = contentType === undefined ? null : { bytes: bytesOf("said"), contentType };
  if (kind === "accepted") return { outcome: { kind }, answer };
  const error = new MitralError("TEST_MESSAGE_BAD", {
    blame,
    retry: "never",
    says: "Cannot take message: a test",
  });
  return { outcome: { kind, error }, answer };
}

async function codeOf(response: Response): Promise<string> {
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const details = await response.json();
  assertEquals(details.status, response.status);
  assert(details.title.length > 0 && details.detail.startsWith("Cannot "), "details without words");
  return details.code;
}

Deno.test("https hands the whole Content-Type over, with its charset, and says who sent it", async () => {
  await using rig = await open();
  await (await post(rig, "body", { "content-type": "Text/Plain; charset=iso-8859-1" })).bytes();
  const [{ contentType, peer }] = rig.intake.received;
  assertEquals(contentType, "Text/Plain; charset=iso-8859-1");
  assert(/^127\.0\.0\.1:\d+$/.test(peer), peer);
});

Deno.test("https knows no other path than its own", async () => {
  await using rig = await open({ path: "/lab/results" });
  assertStringIncludes(rig.listening.address, "/lab/results");
  const response = await fetch(new URL("/lab", rig.listening.address), {
    method: "POST",
    body: "x",
    headers: { "content-type": "text/plain" },
  });
  assertEquals([response.status, await codeOf(response)], [404, "HTTPS_PATH_UNKNOWN"]);
  assertEquals((await post(rig, "x")).status, 200);
});

Deno.test("https takes nothing but POST, and says so", async () => {
  await using rig = await open();
  for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
    const response = await fetch(rig.listening.address, { method });
    assertEquals([response.status, response.headers.get("allow")], [405, "POST, OPTIONS"]);
    assertEquals(await codeOf(response), "HTTPS_METHOD_UNSUPPORTED");
  }
  assertEquals(rig.intake.received.length, 0);
});

Deno.test("https refuses a Content-Type the channel does not read, and names those it does", async () => {
  await using rig = await open({}, { contentTypes: HL7 });
  for (const contentType of ["application/json", "application/hl7-v2x", ""]) {
    const response = await post(rig, bytesOf("x"), { "content-type": contentType });
    assertEquals([response.status, response.headers.get("accept-post")], [415, HL7.join(", ")]);
    assertEquals(await codeOf(response), "HTTPS_TYPE_UNSUPPORTED");
  }
  assertEquals(rig.intake.received.length, 0);
});

Deno.test("https takes any Content-Type, or none, for a channel that reads plain bytes", async () => {
  await using rig = await open({}, { contentTypes: ["application/octet-stream"] });
  await (await post(rig, "x", { "content-type": "image/png" })).bytes();
  const socket = await wire(rig, "POST / HTTP/1.1", "host: test", "content-length: 1", "", "y");
  await rig.intake.gotten(2);
  socket.close();
  assertEquals(rig.intake.received.map(({ contentType }) => contentType), ["image/png", undefined]);
});

Deno.test("https refuses a compressed body it would have to guess at", async () => {
  await using rig = await open();
  const response = await post(rig, "x", { "content-encoding": "gzip" });
  assertEquals([response.status, response.headers.get("accept-encoding")], [415, "identity"]);
  assertEquals(await codeOf(response), "HTTPS_ENCODING_UNSUPPORTED");
});

Deno.test("https refuses an empty body", async () => {
  await using rig = await open();
  const response = await post(rig, new Uint8Array());
  assertEquals([response.status, await codeOf(response)], [400, "HTTPS_BODY_EMPTY"]);
  assertEquals(rig.intake.received.length, 0);
});

Deno.test("https takes a body of bodyBytesMax and refuses one byte more, announced or not", async () => {
  await using rig = await open({ bodyBytesMax: 1_000 });
  const streamed = (length: number) => new Blob([new Uint8Array(length).fill(77)]).stream();
  assertEquals((await post(rig, new Uint8Array(1_000))).status, 200);
  assertEquals((await post(rig, streamed(1_000))).status, 200);
  for (const body of [new Uint8Array(1_001).fill(77), streamed(1_001), streamed(5_000_000)]) {
    const response = await post(rig, body);
    assertEquals([response.status, await codeOf(response)], [413, "HTTPS_BODY_TOO_LARGE"]);
  }
  assertEquals(rig.intake.received.length, 2);
  assertEquals(rig.intake.refused.length, 3);
  for (const { delivery, error } of rig.intake.refused) {
    assertEquals([...delivery.bytes], new Array(1_000).fill(77));
    assertEquals(error.facts, { bodyBytesMax: 1_000 });
  }
});

Deno.test("https does not read a body while the intake is closed", async () => {
  await using rig = await open();
  rig.intake.close();
  // Only the beginning is ever sent: an answer proves that nobody waited for the rest.
  const socket = await wire(rig, ...beginning("x"));
  const head = new Uint8Array(4_096);
  const length = await socket.read(head);
  const answer = new TextDecoder().decode(head.subarray(0, length ?? 0)).toLowerCase();
  socket.close();
  assertStringIncludes(answer, "http/1.1 503");
  assertStringIncludes(answer, "retry-after: 5\r\n");
});

Deno.test("https tells a client to come again when requestsMax are under way", async () => {
  await using rig = await open({ requestsMax: 2, retryAfterMs: 1_500 });
  const release = rig.intake.hold();
  const held = [post(rig, "one"), post(rig, "two")];
  await rig.intake.gotten(2);
  const response = await post(rig, "three");
  assertEquals([response.status, response.headers.get("retry-after")], [503, "2"]);
  assertEquals(await codeOf(response), "HTTPS_REQUESTS_TOO_MANY");
  release();
  assertEquals((await Promise.all(held)).map(({ status }) => status), [200, 200]);
  assertEquals((await post(rig, "four")).status, 200);
});

Deno.test("https gives a slow body bodyMsMax and no more", async () => {
  await using rig = await open({ bodyMsMax: 7_000 });
  const socket = await wire(rig, ...beginning("slow"));
  await rig.clock.armed(7_000);
  await rig.clock.advance(7_000);
  const answer = new Uint8Array(4_096);
  const length = await socket.read(answer);
  socket.close();
  assertStringIncludes(new TextDecoder().decode(answer.subarray(0, length ?? 0)), "HTTPS_BODY_LATE");
  assertEquals(rig.intake.received.length, 0);
  assertEquals(rig.clock.waiting, 0);
});

Deno.test("https hands nothing over when the client leaves in the middle of a body", async () => {
  await using rig = await open({ bodyMsMax: 7_000 });
  const announced = beginning("cut");
  const chunked = [
    "POST / HTTP/1.1",
    "host: test",
    "content-type: text/plain",
    "transfer-encoding: chunked",
    "",
    "3",
    "cut",
    "",
  ];
  for (const [index, lines] of [announced, chunked].entries()) {
    const socket = await wire(rig, ...lines);
    await rig.clock.armed(7_000);
    socket.close();
    await rig.reports.seen("bodyBroken", index + 1);
  }
  assertEquals(rig.intake.received.length, 0);
  assertEquals(rig.intake.refused.length, 0);
});

Deno.test("https answers 200 with the channel's words, and 204 where there are none", async () => {
  await using rig = await open({}, { contentTypes: HL7 });
  const type = { "content-type": HL7[0] };
  rig.intake.reply = () => answerOf("accepted", `${HL7[0]}; charset=utf-8`);
  const said = await post(rig, "x", type);
  assertEquals([said.status, await said.text()], [200, "said"]);
  rig.intake.reply = () => ({ outcome: { kind: "filtered" }, answer: null });
  const silent = await post(rig, "x", type);
  assertEquals([silent.status, await silent.text()], [204, ""]);
});

Deno.test("https answers in the name the client used for the format", async () => {
  await using rig = await open({}, { contentTypes: HL7 });
  rig.intake.reply = () => answerOf("accepted", `${HL7[0]}; charset=utf-8`);
  for (const name of HL7) {
    const response = await post(rig, "x", { "content-type": `${name}; charset=iso-8859-1` });
    assertEquals(response.headers.get("content-type"), `${name}; charset=utf-8`);
    await response.bytes();
  }
});

Deno.test("https keeps an answer's own type where it is of another format", async () => {
  await using rig = await open();
  rig.intake.reply = () => answerOf("accepted", "application/json");
  const response = await post(rig, "x");
  assertEquals([response.headers.get("content-type"), await response.text()], ["application/json", "said"]);
});

Deno.test("https answers a refused message by blame, and with 200 where the answer itself says no", async () => {
  await using rig = await open({}, { contentTypes: [...HL7, "application/json"] });
  const cases = [
    { reply: answerOf("rejected", HL7[0]), status: 200 },
    { reply: answerOf("rejected", "application/vnd.test.receipt"), status: 200 },
    { reply: answerOf("failed", HL7[0]), status: 200 },
    { reply: answerOf("rejected", "application/json"), status: 422 },
    { reply: answerOf("rejected", "application/fhir+json; charset=utf-8", "unsupported"), status: 415 },
    { reply: answerOf("failed", "application/json"), status: 503 },
  ];
  for (const { reply, status } of cases) {
    rig.intake.reply = () => reply;
    const response = await post(rig, "x", { "content-type": HL7[0] });
    assertEquals([response.status, await response.text()], [status, "said"], reply.answer!.contentType);
    assertEquals(response.headers.has("retry-after"), status === 503);
  }
  const blamed: [Reply, number][] = [
    [answerOf("rejected", undefined, "sender"), 422],
    [answerOf("rejected", undefined, "unsupported"), 415],
    [answerOf("rejected", undefined, "operator"), 500],
    [answerOf("rejected", undefined, "bug"), 500],
    [answerOf("failed", undefined, "sender"), 503],
  ];
  for (const [reply, status] of blamed) {
    rig.intake.reply = () => reply;
    const response = await post(rig, "x", { "content-type": HL7[0] });
    assertEquals([response.status, await codeOf(response)], [status, "TEST_MESSAGE_BAD"]);
    assertEquals(response.headers.has("retry-after"), status === 503);
  }
});

Deno.test("https says nothing of its make and asks that nothing be stored", async () => {
  await using rig = await open();
  for (const response of [await post(rig, "x"), await fetch(rig.listening.address)]) {
    await response.bytes();
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(response.headers.has("server") || response.headers.has("x-powered-by"), false);
  }
});

Deno.test("https answers 500 without a word of the cause when something breaks", async () => {
  await using rig = await open();
  rig.intake.reply = () => {
    throw new Error("DOE^JOHN");
  };
  const response = await post(rig, "x");
  const text = await response.text();
  assertEquals(response.status, 500);
  assertStringIncludes(text, "HTTPS_REQUEST_CRASHED");
  assert(!text.includes("DOE"), text);
  assertEquals(rig.reports.count("requestCrashed"), 1);
  rig.intake.reply = accepted;
  assertEquals((await post(rig, "x")).status, 200);
});

Deno.test("https turns requests away while it stops, and answers the one under way", async () => {
  await using rig = await open();
  const release = rig.intake.hold();
  const held = post(rig, "held");
  await rig.intake.gotten(1);
  const stopped = rig.listening.stop();
  await assertRejects(() => post(rig, "late"));
  assert(!await settles(stopped), "stopped before the last answer");
  release();
  assertEquals((await held).status, 200);
  await stopped;
  assertEquals(rig.intake.texts, ["held"]);
});

Deno.test("https answers 503 to what is under way when it is dropped", async () => {
  const rig = await open({ bodyMsMax: 7_000 });
  rig.intake.hold();
  const held = post(rig, "held");
  await rig.intake.gotten(1);
  const socket = await wire(rig, ...beginning("x"));
  await rig.clock.armed(7_000);
  await rig.clock.pass(rig.listening[Symbol.asyncDispose]());
  socket.close();
  assertEquals((await held).status, 503);
  assertEquals(rig.clock.waiting, 0);
});

Deno.test("https does not wait for the rest of a body when it stops", async () => {
  await using rig = await open({ bodyMsMax: 7_000 });
  const socket = await wire(rig, ...beginning("x"));
  await rig.clock.armed(7_000);
  const stopped = rig.listening.stop();
  const answer = new Uint8Array(4_096);
  const length = await socket.read(answer);
  assertStringIncludes(new TextDecoder().decode(answer.subarray(0, length ?? 0)), "HTTP/1.1 503");
  socket.close();
  await stopped;
  assertEquals(rig.intake.received.length, 0);
});

Deno.test("https listens in clear on loopback addresses only", async () => {
  const world = worldWith(new FakeClock());
  const serveHttp = () => Promise.resolve({ port: 1, shutdown: () => Promise.resolve(), review() {} });
  const pretending = { ...world, net: { ...world.net, serveHttp } };
  const addresses = {
    "127.0.0.1": "http://127.0.0.1:1/",
    "127.1.2.3": "http://127.1.2.3:1/",
    "localhost": "http://localhost:1/",
    "::1": "http://[::1]:1/",
  };
  for (const [host, address] of Object.entries(addresses)) {
    await using rig = await openListener(listener, { port: 0, host }, { world: pretending });
    assertEquals(rig.listening.address, address);
  }
  for (const host of ["0.0.0.0", "::", "192.0.2.7", "localhost.example", "1127.0.0.1", "127.0.0.1.example"]) {
    const error = await assertRejects(() => open({ host }), MitralError, host);
    assertEquals([error.code, error.blame], ["HTTPS_PLAIN_REFUSED", "operator"]);
  }
});

Deno.test("https says by code what keeps it from listening", async () => {
  const world = worldWith(new FakeClock());
  const serveHttp = () => Promise.reject(Object.assign(new Error("DOE^JOHN"), { code: "EACCES" }));
  const error = await assertRejects(
    () => openListener(listener, { port: 80 }, { world: { ...world, net: { ...world.net, serveHttp } } }),
    MitralError,
  );
  assertEquals(error.code, "HTTPS_LISTEN_FAILED");
  assertEquals(error.facts, { host: "127.0.0.1", port: 80, reason: "EACCES" });
});
