import { assert, assertEquals, assertRejects } from "@std/assert";
import sender from "../../../adapters/https/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { configOf, openSender, type SenderRig } from "../../world/tools.ts";
import { HttpPeer, type PeerRequest } from "./http_peer.ts";

const HL7 = ["x-application/hl7-v2+er7", "application/hl7-v2"];
const never = new AbortController().signal;
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const refusal = new MitralError("TEST_MESSAGE_BAD", {
  blame: "sender",
  retry: "never",
  says: "Cannot take: a test",
});

/** `AA` accepts, `AR` fails, `AE` rejects; anything else cannot be read. */
function judge(answer: Uint8Array): Outcome {
  switch (textOf(answer)) {
    case "AA":
      return { kind: "accepted" };
    case "AE":
      return { kind: "rejected", error: refusal };
    case "AR":
      return { kind: "failed", error: refusal };
    default:
      throw new MitralError("TEST_ANSWER_FOREIGN", {
        blame: "receiver",
        retry: "later",
        says: "Cannot judge: a test",
      });
  }
}

function parcel(change: Partial<Parcel> = {}): Parcel {
  return {
    id: "one",
    bytes: new TextEncoder().encode("message"),
    contentType: HL7[0],
    attempt: 1,
    sequence: 1,
    atMs: Date.UTC(2026, 0, 5, 12),
    value: () => "",
    judge,
    ...change,
  };
}

interface Line extends AsyncDisposable {
  readonly peer: HttpPeer;
  readonly rig: SenderRig;
}

async function open(config: object = {}): Promise<Line> {
  const peer = await HttpPeer.open();
  const rig = await openSender(sender, { url: peer.url, ...config }, { contentTypes: HL7 });
  return {
    peer,
    rig,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
}

/** Sends, answers with `respond`, and says how it ended: an outcome, or the error it failed by. */
async function end(
  { peer, rig }: Line,
  respond: (request: PeerRequest) => void,
): Promise<Outcome | MitralError> {
  const sending = rig.sender.send(parcel(), never).catch((error) => {
    if (error instanceof MitralError) return error;
    throw error;
  });
  respond(await peer.next());
  return await sending;
}

const ends = (line: Line, status: number, body = "", headers: Record<string, string> = {}) =>
  end(line, (request) => void request.respond(status, body, headers));

Deno.test("https sends a POST with the parcel's type, what it takes back, and the headers of its config", async () => {
  await using line = await open({ headers: { "X-Facility": "0042" } });
  const sending = line.rig.sender.send(
    parcel({ contentType: "x-application/hl7-v2+er7; charset=utf-8" }),
    never,
  );
  const request = await line.peer.next();
  await request.respond(204);
  assertEquals(await sending, { kind: "accepted" });
  assertEquals([request.method, request.path, textOf(request.bytes)], ["POST", "/hl7", "message"]);
  assertEquals(request.headers["content-type"], "x-application/hl7-v2+er7; charset=utf-8");
  assertEquals(request.headers.accept, HL7.join(", "));
  assertEquals(request.headers["x-facility"], "0042");
});

Deno.test("https judges what 2xx carries, whatever its type, and accepts 2xx with nothing", async () => {
  await using line = await open();
  assertEquals(await ends(line, 200, "AA", { "content-type": "text/plain" }), { kind: "accepted" });
  assertEquals(await ends(line, 201, "AE"), { kind: "rejected", error: refusal });
  assertEquals(await ends(line, 202), { kind: "accepted" });
  const foreign = await ends(line, 200, "<html>");
  assert(foreign instanceof MitralError && foreign.code === "TEST_ANSWER_FOREIGN");
});

Deno.test("https reads each status as what it says about the message", async () => {
  await using line = await open();
  const rejected: [number, string][] = [
    [400, "HTTPS_REQUEST_REJECTED"],
    [413, "HTTPS_SIZE_REJECTED"],
    [415, "HTTPS_TYPE_REJECTED"],
    [422, "HTTPS_CONTENT_REJECTED"],
  ];
  for (const [status, code] of rejected) {
    const outcome = await ends(line, status, "DOE^JOHN", { "content-type": "text/html" });
    assert("kind" in outcome && outcome.kind === "rejected", `${status} rejects`);
    assertEquals([outcome.error.code, outcome.error.blame, outcome.error.retry], [code, "sender", "never"]);
    assert(!JSON.stringify(outcome.error).includes("DOE"), "the peer's words");
  }
  const waiting: [number, string, string][] = [
    [401, "HTTPS_CREDENTIALS_REFUSED", "operator"],
    [407, "HTTPS_CREDENTIALS_REFUSED", "operator"],
    [403, "HTTPS_ACCESS_REFUSED", "operator"],
    [404, "HTTPS_URL_UNKNOWN", "operator"],
    [405, "HTTPS_URL_UNKNOWN", "operator"],
    [410, "HTTPS_URL_UNKNOWN", "operator"],
    [409, "HTTPS_STATUS_UNEXPECTED", "operator"],
    [418, "HTTPS_STATUS_UNEXPECTED", "operator"],
    [408, "HTTPS_PEER_BUSY", "receiver"],
    [425, "HTTPS_PEER_BUSY", "receiver"],
    [429, "HTTPS_PEER_BUSY", "receiver"],
    [503, "HTTPS_PEER_BUSY", "receiver"],
    [500, "HTTPS_PEER_FAILED", "receiver"],
    [502, "HTTPS_PEER_FAILED", "receiver"],
    [504, "HTTPS_PEER_FAILED", "receiver"],
  ];
  for (const [status, code, blame] of waiting) {
    const error = await ends(line, status, "DOE^JOHN", { "content-type": "text/html" });
    assert(error instanceof MitralError, `${status} fails`);
    assertEquals([error.code, error.blame, error.retry], [code, blame, "later"]);
    assertEquals(error.facts, { status });
  }
});

Deno.test("https passes on how long a busy peer asks to wait", async () => {
  await using line = await open();
  const at = (ms: number) => new Date(line.rig.clock.nowMs() + ms).toUTCString();
  const asked: [string, number | undefined][] = [
    ["120", 120_000],
    [at(30_000), 30_000],
    [at(-30_000), 0],
    ["99999999", 86_400_000],
    ["soon", undefined],
    ["-5", undefined],
  ];
  for (const [header, ms] of asked) {
    const error = await ends(line, 503, "", { "retry-after": header });
    assert(error instanceof MitralError);
    assertEquals(error.facts, ms === undefined ? { status: 503 } : { status: 503, retryAfterMs: ms }, header);
  }
});

Deno.test("https takes a refusal in the format's own words from any status, but no acceptance", async () => {
  await using line = await open();
  const type = { "content-type": "X-Application/HL7-v2+er7; charset=utf-8" };
  assertEquals(await ends(line, 500, "AE", type), { kind: "rejected", error: refusal });
  assertEquals(await ends(line, 400, "AR", type), { kind: "failed", error: refusal });
  for (const body of ["AA", "", "unreadable"]) {
    const error = await ends(line, 500, body, type);
    assert(error instanceof MitralError && error.code === "HTTPS_PEER_FAILED", body);
  }
  const outcome = await ends(line, 422, "AA", type);
  assert("kind" in outcome && outcome.kind === "rejected" && outcome.error.code === "HTTPS_CONTENT_REJECTED");
});

Deno.test("https follows no redirect", async () => {
  await using line = await open();
  for (const status of [301, 302, 303, 307, 308]) {
    const error = await ends(line, status, "", { location: line.peer.url });
    assert(error instanceof MitralError, `${status} fails`);
    assertEquals([error.code, error.facts], ["HTTPS_REDIRECT_REFUSED", { status }]);
  }
  assertEquals(line.peer.unread, 0);
});

Deno.test("https reads no answer larger than answerBytesMax", async () => {
  await using line = await open({ answerBytesMax: 1_000 });
  const error = await ends(line, 200, "A".repeat(1_001));
  assert(error instanceof MitralError);
  assertEquals([error.code, error.facts], ["HTTPS_ANSWER_TOO_LARGE", { status: 200, answerBytesMax: 1_000 }]);
});

Deno.test("https fails by code when an answer breaks off or stalls", async () => {
  await using line = await open({ answerMsMax: 9_000 });
  const broken = await end(line, (request) => request.breakOff());
  assert(broken instanceof MitralError && broken.code === "HTTPS_ANSWER_BROKEN", String(broken));
  const sending = line.rig.sender.send(parcel(), never);
  await line.peer.next();
  const late = await assertRejects(() => line.rig.clock.pass(sending), MitralError);
  assertEquals([late.code, late.facts], ["HTTPS_ANSWER_LATE", { answerMsMax: 9_000 }]);
  assertEquals(line.rig.clock.waiting, 0);
});

Deno.test("https fails by code where nobody listens", async () => {
  await using line = await open();
  await line.peer.stop();
  const error = await assertRejects(() => line.rig.sender.send(parcel(), never), MitralError);
  assertEquals([error.code, error.blame, error.retry], ["HTTPS_PEER_UNREACHABLE", "receiver", "later"]);
  assertEquals(line.rig.clock.waiting, 0);
});

Deno.test("https gives the promised lanes", async () => {
  await using one = await open();
  await using many = await open({ connections: 7 });
  assertEquals([one.rig.lanes, many.rig.lanes], [1, 7]);
});

Deno.test("https sends in clear to this machine only, and refuses a url it cannot use", async () => {
  const unfitOf = (url: string, tls?: { ca: string[] }) =>
    sender.check!(configOf(sender.config, { url, ...(tls ? { tls } : {}) })).map(({ setting }) => setting);
  assertEquals(unfitOf("http://127.0.0.1/", { ca: ["/root.pem"] }), ["tls"]);
  const codeOf = async (config: { url: string; headers?: Record<string, string> }) => {
    const error = await assertRejects(() => openSender(sender, config), MitralError);
    assert(!/hunter2/.test(JSON.stringify(error)), "shows the url");
    return error.code;
  };
  for (
    const url of ["http://registry.example/", "http://192.0.2.7/", "http://127.0.0.1.example/?token=hunter2"]
  ) {
    assertEquals(await codeOf({ url }), "HTTPS_URL_PLAIN", url);
    assertEquals(unfitOf(url), ["url"]);
  }
  for (
    const url of [
      "",
      "registry.example",
      "/hl7",
      "ftp://a.example/",
      "https://me:hunter2@a.example/",
      "https://a.example/#x",
    ]
  ) {
    assertEquals(await codeOf({ url }), "HTTPS_URL_INVALID", url);
    assertEquals(unfitOf(url), ["url"]);
  }
  for (
    const url of [
      "http://127.0.0.1:1/",
      "http://[::1]:1/",
      "http://localhost:1/",
      "https://registry.example/?token=hunter2",
    ]
  ) {
    await (await openSender(sender, { url }))[Symbol.asyncDispose]();
  }
  const url = "https://registry.example/";
  assertEquals(await codeOf({ url, headers: { "Content-Type": "text/plain" } }), "HTTPS_HEADER_RESERVED");
  assertEquals(await codeOf({ url, headers: { "X Y": "hunter2" } }), "HTTPS_HEADER_INVALID");
  assertEquals(await codeOf({ url, headers: { "X-Y": "hunter2\r\n-" } }), "HTTPS_HEADER_INVALID");
});

Deno.test("https needs no peer to open", async () => {
  const clock = new FakeClock();
  await using rig = await openSender(sender, { url: "https://nowhere.invalid/" }, { clock });
  assertEquals(rig.clock.waiting, 0);
});
