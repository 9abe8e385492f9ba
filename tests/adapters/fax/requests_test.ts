import { assert, assertEquals } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { failedInSilence } from "../../world/fake_intake.ts";
import { settles, turns } from "../../world/turns.ts";
import { basic, type GivenAccount, multipart, open, PDF, refusal } from "./_fax_rig.ts";

const login = { user: "fax", password: [secretOf("correct horse")] };
const authorization = basic("fax", "correct horse");
const json = { "content-type": "application/json", authorization };
const sinch: GivenAccount = { kind: "sinch", login };
const interfax: GivenAccount = { kind: "interfax", login, api: { user: "u", secret: secretOf("p") } };

const event = (file = PDF.toBase64(), id: unknown = "fax-1") =>
  JSON.stringify({ event: "INCOMING_FAX", fax: { id, direction: "INBOUND" }, file });
const notice = () => new URLSearchParams({ TransactionIDType: "Inbound", TransactionID: "7" });

Deno.test("fax refuses a login that is wrong or missing before it reads the body", async () => {
  await using rig = await open({ sinch });
  let pulled = 0;
  const body = () => new ReadableStream<Uint8Array>({ pull: () => void pulled++ }, { highWaterMark: 0 });
  assertEquals(await refusal(await rig.post("sinch", { "content-type": "application/json" }, body())), [
    401,
    "FAX_SIGN_IN_MISSING",
  ]);
  const wrong = { ...json, authorization: basic("fax", "guess") };
  assertEquals(await refusal(await rig.post("sinch", wrong, body())), [401, "FAX_SIGN_IN_WRONG"]);
  assertEquals([pulled, rig.intake.received.length], [0, 0]);
});

Deno.test("fax keeps an address out that has failed ten times, and no other", async () => {
  await using rig = await open({ sinch });
  const wrong = { ...json, authorization: basic("fax", "guess") };
  for (let time = 0; time < 10; time++) await rig.post("sinch", wrong, event());
  assertEquals(await refusal(await rig.post("sinch", json, event())), [429, "FAX_SIGN_IN_BARRED"]);
  assertEquals((await rig.post("sinch", json, event(), "192.0.2.8:1")).status, 200);
  await rig.clock.advance(61_000);
  assertEquals((await rig.post("sinch", json, event())).status, 200);
});

Deno.test("fax knows the paths of its providers, and takes nothing but POST", async () => {
  await using rig = await open({ sinch });
  const hand = (path: string, method = "POST") =>
    rig.hand(new Request(`http://gateway.example${path}`, { method, headers: json }));
  for (const path of ["/", "/fax", "/fax/", "/fax/other", "/fax/sinch/", "/sinch"]) {
    assertEquals(await refusal(await hand(path)), [404, "FAX_PATH_UNKNOWN"]);
  }
  const other = await hand("/fax/sinch", "GET");
  assertEquals(other.headers.get("allow"), "POST");
  assertEquals(await refusal(other), [405, "FAX_METHOD_UNSUPPORTED"]);
});

Deno.test("fax refuses a request that is not as its provider's documentation shows it, and warns of it", async () => {
  await using rig = await open({ sinch });
  for (const body of ["{", event("no base64!"), event(undefined, null), event(undefined, "x".repeat(300))]) {
    assertEquals(await refusal(await rig.post("sinch", json, body)), [400, "FAX_REQUEST_UNREADABLE"]);
  }
  assertEquals(await refusal(await rig.post("sinch", { authorization, "content-type": "text/plain" }, "x")), [
    400,
    "FAX_REQUEST_UNREADABLE",
  ]);
  assertEquals(await refusal(await rig.post("sinch", json, "")), [400, "FAX_BODY_EMPTY"]);
  const warned = rig.reports.events.filter(({ error }) => error).map(({ error }) => error?.code);
  assertEquals(warned, ["FAX_REQUEST_UNREADABLE", "FAX_BODY_EMPTY"]);
  assertEquals(rig.intake.received.length, 0);
});

Deno.test("fax refuses forms that are not whole", async () => {
  await using rig = await open({ sinch });
  const fields = [["event", "INCOMING_FAX"], ["fax", '{"id":"1","direction":"INBOUND"}']] as const;
  const { headers, body } = multipart(fields, [["file", PDF]]);
  const post = async (type: string, bytes: Uint8Array<ArrayBuffer>) =>
    await refusal(await rig.post("sinch", { "content-type": type, authorization }, bytes));
  const type = headers["content-type"];
  const unreadable = [400, "FAX_REQUEST_UNREADABLE"] as const;
  for (let end = 1; end < body.length - 4; end++) {
    assertEquals(await post(type, body.slice(0, end)), unreadable, `cut after ${end} bytes`);
  }
  assertEquals(await post("multipart/form-data", body), unreadable);
  assertEquals(await post("multipart/form-data; boundary=other", body), unreadable);
  assertEquals(await post(`multipart/form-data; boundary=${"x".repeat(80)}`, body), unreadable);
  const crowd = multipart(Array.from({ length: 101 }, (_, at) => [`f${at}`, ""] as const));
  assertEquals(await post(crowd.headers["content-type"], crowd.body), unreadable);
  const many = new TextEncoder().encode("a&".repeat(200_000));
  assertEquals(await post("application/x-www-form-urlencoded", many), unreadable);
  assertEquals(rig.intake.received.length, 0);
  const quoted = type.replace(/boundary=(.*)/, 'charset=utf-8; boundary="$1"');
  const preamble = new Uint8Array([...new TextEncoder().encode("see below\r\n"), ...body]);
  assertEquals(await post(quoted, preamble), [200, ""]);
  assertEquals(rig.intake.received[0].bytes, PDF);
});

Deno.test("fax refuses a body over bodyBytesMax and keeps nothing of it, since nothing proves that it is whole", async () => {
  await using rig = await open({ sinch }, { config: { bodyBytesMax: 100 } });
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(50 + 0 * pulled++)),
  }, { highWaterMark: 0 });
  assertEquals(await refusal(await rig.post("sinch", json, endless)), [413, "FAX_BODY_TOO_LARGE"]);
  assert(pulled <= 4, `read ${pulled} pieces`);
  assertEquals([rig.intake.received.length, rig.intake.refused.length], [0, 0]);
  assert(rig.reports.events.some(({ error }) => error?.code === "FAX_BODY_TOO_LARGE"), "nobody is warned");
});

Deno.test("fax says 503 while the channel takes nothing, or cannot make a fax durable", async () => {
  await using rig = await open({ sinch });
  rig.intake.close();
  const closed = await rig.post("sinch", json, event());
  assertEquals(closed.headers.get("retry-after"), "5");
  assertEquals(await refusal(closed), [503, "FAX_INTAKE_CLOSED"]);
  rig.intake.open();
  const full = { blame: "operator", retry: "later", says: "Cannot take message: full" } as const;
  rig.intake.reply = () => failedInSilence(new MitralError("KIT_JOURNAL_FULL", full));
  assertEquals(await refusal(await rig.post("sinch", json, event())), [503, "KIT_JOURNAL_FULL"]);
});

Deno.test("fax says 200 to what is in quarantine, since it is with us, and 422 to what is nowhere", async () => {
  await using rig = await open({ sinch });
  const error = new MitralError("KIT_REFUSED", {
    blame: "sender",
    retry: "never",
    says: "Cannot take message",
  });
  rig.intake.reply = () => ({ id: "0198", outcome: { kind: "rejected", error }, answer: null });
  assertEquals((await rig.post("sinch", json, event())).status, 200);
  rig.intake.reply = () => ({ outcome: { kind: "rejected", error }, answer: null });
  assertEquals(await refusal(await rig.post("sinch", json, event())), [422, "KIT_REFUSED"]);
});

Deno.test("fax never says 200 where a document cannot be fetched, and says by code why", async () => {
  const cases: [string, (request: Request) => Response | Promise<Response>][] = [
    ["FAX_FETCH_REFUSED", () => new Response("gone", { status: 404 })],
    ["FAX_FETCH_REFUSED", () => Response.redirect("http://169.254.169.254/latest/meta-data", 302)],
    ["FAX_FETCH_FAILED", () => Promise.reject(Object.assign(new Error("reset"), { code: "ECONNRESET" }))],
    ["FAX_DOCUMENT_EMPTY", () => new Response("")],
    ["FAX_DOCUMENT_TOO_LARGE", () => new Response("x".repeat(101))],
    [
      "FAX_FETCH_FAILED",
      () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error("broken off")) })),
    ],
  ];
  for (const [code, fetch] of cases) {
    await using rig = await open({ interfax }, { fetch, config: { documentBytesMax: 100 } });
    assertEquals(await refusal(await rig.post("interfax", { authorization }, notice())), [502, code]);
    assertEquals([rig.intake.received.length, rig.asked.length], [0, 1]);
    assert(rig.reports.events.some(({ error }) => error?.code === code), "nobody is warned");
    assertEquals(rig.asked[0].redirect, "manual");
  }
});

Deno.test("fax gives a fetch up after fetchMsMax", async () => {
  const clock = new FakeClock();
  const fetch = ({ signal }: Request) =>
    new Promise<Response>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  await using rig = await open({ interfax }, { fetch, clock });
  const answer = rig.post("interfax", { authorization }, notice());
  await turns(20);
  assert(!await settles(answer), "answered without a document");
  await clock.advance(30_000);
  assertEquals(await refusal(await answer), [502, "FAX_FETCH_LATE"]);
});

Deno.test("fax says 503 to a request without a document where nothing says how to fetch it", async () => {
  await using rig = await open({ sinch });
  assertEquals(await refusal(await rig.post("sinch", json, event(""))), [503, "FAX_API_MISSING"]);
});

Deno.test("fax counts the body and what it fetches in the channel's memory, and gives it back", async () => {
  await using rig = await open({ interfax }, { fetch: () => new Response(new Uint8Array(5_000)) });
  assertEquals((await rig.post("interfax", { authorization }, notice())).status, 200);
  assert(rig.intake.heldMost >= 5_000 + notice().toString().length, `held ${rig.intake.heldMost}`);
  assertEquals(rig.intake.held, 0);
});

Deno.test("fax takes no more than requestsMax at once, and requestsPerSecondMax", async () => {
  await using rig = await open({ sinch }, { config: { requestsMax: 1 } });
  const release = rig.intake.hold();
  const first = rig.post("sinch", json, event());
  await rig.intake.gotten(1);
  assertEquals(await refusal(await rig.post("sinch", json, event())), [503, "FAX_REQUESTS_TOO_MANY"]);
  release();
  assertEquals((await first).status, 200);
  await using slow = await open({ sinch }, { config: { requestsPerSecondMax: 1 } });
  assertEquals((await slow.post("sinch", json, event())).status, 200);
  assertEquals(await refusal(await slow.post("sinch", json, event())), [429, "FAX_RATE_EXCEEDED"]);
});

Deno.test("fax puts no control character of a request into what is kept of an arrival, and cuts what is long", async () => {
  await using rig = await open({ sinch });
  const fax = {
    id: "1",
    direction: "INBOUND",
    from: `+1"; fax-id="2\r\n`,
    to: "9".repeat(1_000),
    numberOfPages: -1,
  };
  const body = JSON.stringify({ event: "INCOMING_FAX", fax, file: PDF.toBase64() });
  assertEquals((await rig.post("sinch", json, body)).status, 200);
  assertEquals(rig.arrival(), { provider: "sinch", faxId: "1", from: '+1"; fax-id="2', to: "9".repeat(200) });
});
