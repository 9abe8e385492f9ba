import { assertEquals } from "@std/assert";
import type { Delivery, Reply } from "../../../runtime/contract/adapter.ts";
import { type Fault, MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { FakeIntake } from "../../world/fake_intake.ts";
import { open, post, type Rig, URL_OF_IT } from "./hand_rig.ts";

const ID = "019388f0-0000-7000-8000-000000000000";
const HL7 = "application/hl7-v2";
const TOKENS = { lab: "a.token-nobody~guesses", ward: "another.token-nobody~guesses" };
const clients = {
  lab: { bearer: [secretOf(TOKENS.lab)] },
  ward: { bearer: [secretOf(TOKENS.ward)] },
};

const as = (client: keyof typeof TOKENS) => ({ authorization: `Bearer ${TOKENS[client]}` });
const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  new Request(new URL(path, URL_OF_IT), { method, headers });

function intakeThat(reply: (delivery: Delivery) => Partial<Reply>): FakeIntake {
  const intake = new FakeIntake();
  intake.reply = (delivery) => ({ id: ID, outcome: { kind: "accepted" }, answer: null, ...reply(delivery) });
  return intake;
}

function rejected(code: string, blame: Fault["blame"] = "sender"): Partial<Reply> {
  const error = new MitralError(code, { blame, retry: "never", says: "Cannot take message: a test" });
  const answer = { bytes: new TextEncoder().encode("MSH|AR"), contentType: HL7 };
  return { outcome: { kind: "rejected", error, answer }, answer };
}

async function refusal(response: Response): Promise<[status: number, code: string]> {
  return [response.status, (await response.json()).code];
}

function openForStatus(intake: FakeIntake, path = "/lab"): Promise<Rig> {
  return open({ path, answer: "status", clients }, { intake, contentTypes: [HL7, "text/plain"] });
}

const message = (client: keyof typeof TOKENS, path = "/lab") => {
  const headers = { "content-type": HL7, ...as(client) };
  return new Request(new URL(path, URL_OF_IT), { method: "POST", body: "MSH", headers });
};

Deno.test("https that answers by status says 202 and where to ask, as soon as a message is durable", async () => {
  const intake = intakeThat(() => ({ answer: { bytes: new Uint8Array([65]), contentType: HL7 } }));
  await using rig = await openForStatus(intake);
  const response = await rig.hand(message("lab"));
  assertEquals([response.status, response.headers.get("location")], [202, `/lab/messages/${ID}`]);
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(await response.json(), { id: ID, status: `/lab/messages/${ID}` });
  assertEquals(intake.received[0].isAskedAbout, true);
});

Deno.test("https tells the state of a message to its sender alone, and nothing of what is in it", async () => {
  const intake = intakeThat(() => ({}));
  intake.states.set(ID, { id: ID, state: "delivered", receivedAtMs: Date.UTC(2026, 0, 5), partner: "lab" });
  await using rig = await openForStatus(intake);
  const path = `/lab/messages/${ID}`;
  const response = await rig.hand(ask(path, as("lab")));
  assertEquals(response.status, 200);
  assertEquals(await response.json(), { id: ID, state: "delivered", receivedAt: "2026-01-05T00:00:00.000Z" });
  const head = await rig.hand(ask(path, as("lab"), "HEAD"));
  assertEquals([head.status, await head.text()], [200, ""]);
  assertEquals(await refusal(await rig.hand(ask(path, as("ward")))), [404, "HTTPS_MESSAGE_UNKNOWN"]);
  const unknown = await rig.hand(ask(`${path}0`, as("lab")));
  assertEquals(await refusal(unknown), [404, "HTTPS_MESSAGE_UNKNOWN"]);
  assertEquals(await refusal(await rig.hand(ask(path))), [401, "HTTPS_SIGN_IN_MISSING"]);
  const posted = await rig.hand(ask(path, as("lab"), "POST"));
  assertEquals(posted.headers.get("allow"), "GET, HEAD, OPTIONS");
  assertEquals(await refusal(posted), [405, "HTTPS_METHOD_UNSUPPORTED"]);
});

Deno.test("https that is asked for a state while the journal gives none asks to come again", async () => {
  const intake = intakeThat(() => ({}));
  intake.state = () => Promise.reject(new Error("closed"));
  await using rig = await openForStatus(intake);
  const response = await rig.hand(ask(`/lab/messages/${ID}`, as("lab")));
  assertEquals(response.headers.get("retry-after"), "5");
  assertEquals(await refusal(response), [503, "HTTPS_INTAKE_CLOSED"]);
});

Deno.test("https that answers by status refuses in HTTP's words, whatever the format would say", async () => {
  const kinds: [Partial<Reply>, number][] = [
    [rejected("TEST_MESSAGE_BAD"), 422],
    [rejected("TEST_MESSAGE_FOREIGN", "unsupported"), 415],
    [rejected("TEST_STEP_CRASHED", "bug"), 500],
    [{
      outcome: {
        kind: "failed",
        error: new MitralError("TEST_X_LATE", { blame: "bug", retry: "later", says: "x" }),
      },
    }, 503],
  ];
  for (const [reply, status] of kinds) {
    await using rig = await openForStatus(intakeThat(() => reply));
    const response = await rig.hand(message("lab"));
    assertEquals([response.status, response.headers.get("content-type")], [
      status,
      "application/problem+json",
    ]);
  }
});

Deno.test("https that answers by status answers a batch, which has none, with what became of its messages", async () => {
  const answer = { bytes: new TextEncoder().encode("BHS"), contentType: HL7 };
  await using rig = await openForStatus(intakeThat(() => ({ id: undefined, answer })));
  const response = await rig.hand(message("lab"));
  assertEquals([response.status, await response.text()], [200, "BHS"]);
});

Deno.test("https at the root of its server has its states and its document there, too", async () => {
  await using rig = await openForStatus(intakeThat(() => ({})), "/");
  const response = await rig.hand(message("lab", "/"));
  assertEquals(response.headers.get("location"), `/messages/${ID}`);
  assertEquals((await rig.hand(ask("/openapi.json", as("lab")))).status, 200);
});

Deno.test("https that answers with outcomes tells no states", async () => {
  await using rig = await open({ path: "/lab", clients });
  const response = await rig.hand(ask(`/lab/messages/${ID}`, as("lab")));
  assertEquals(await refusal(response), [404, "HTTPS_PATH_UNKNOWN"]);
});

Deno.test("https hands an Idempotency-Key over as its client's own, in quotes or bare", async () => {
  await using rig = await open({ clients });
  for (
    const [client, key] of [["lab", '"k\\"1"'], ["lab", "8e03978e-40d5"], ["ward", "8e03978e-40d5"]] as const
  ) {
    assertEquals((await rig.hand(post({ ...as(client), "idempotency-key": key }))).status, 200);
  }
  await rig.hand(post(as("lab")));
  assertEquals(rig.intake.received.map(({ key }) => key), [
    'lab\nk"1',
    "lab\n8e03978e-40d5",
    "ward\n8e03978e-40d5",
    undefined,
  ]);
});

Deno.test("https refuses an Idempotency-Key that is none", async () => {
  await using rig = await open({});
  for (
    const key of [
      "",
      '""',
      '"open',
      "two, keys",
      "a b",
      '"a", "b"',
      "é",
      "x".repeat(256),
      `"${"x".repeat(256)}"`,
    ]
  ) {
    const response = await rig.hand(post({ "idempotency-key": key }));
    assertEquals(await refusal(response), [400, "HTTPS_KEY_INVALID"], key);
  }
  assertEquals((await rig.hand(post({ "idempotency-key": "x".repeat(255) }))).status, 200);
});

Deno.test("https says 422 to a key that was used for other bytes, also where HL7 has words for it", async () => {
  const intake = intakeThat(() => rejected("ENGINE_KEY_REUSED"));
  await using rig = await open({}, { intake, contentTypes: [HL7] });
  const response = await rig.hand(post({ "content-type": HL7, "idempotency-key": "k" }));
  assertEquals(await refusal(response), [422, "ENGINE_KEY_REUSED"]);
});

Deno.test("https takes requestsPerSecondMax of a client, and as many of all as the listener's own", async () => {
  await using rig = await open({
    requestsPerSecondMax: 5,
    clients: { lab: { ...clients.lab, requestsPerSecondMax: 2 }, ward: clients.ward },
  });
  const statuses = [];
  for (const client of ["lab", "lab", "lab", "ward", "ward"] as const) {
    statuses.push((await rig.hand(post(as(client)))).status);
  }
  assertEquals(statuses, [200, 200, 429, 200, 200]);
  const all = await rig.hand(post(as("ward")));
  assertEquals(all.headers.get("retry-after"), "1");
  assertEquals(await refusal(all), [429, "HTTPS_RATE_EXCEEDED"]);
  await rig.clock.advance(1_000);
  assertEquals((await rig.hand(post(as("lab")))).status, 200);
  assertEquals(rig.reports.count("requestRefused"), 2);
});

Deno.test("https takes a body as large as its client may send, in place of the listener's bodyBytesMax", async () => {
  await using rig = await open({
    bodyBytesMax: 10,
    clients: { lab: { ...clients.lab, bodyBytesMax: 20 }, ward: clients.ward },
  });
  const give = (client: keyof typeof TOKENS, length: number) =>
    rig.hand(
      new Request(URL_OF_IT, {
        method: "POST",
        body: "x".repeat(length),
        headers: { "content-type": "text/plain", ...as(client) },
      }),
    );
  assertEquals((await give("lab", 20)).status, 200);
  assertEquals(await refusal(await give("lab", 21)), [413, "HTTPS_BODY_TOO_LARGE"]);
  assertEquals((await give("ward", 10)).status, 200);
  assertEquals(await refusal(await give("ward", 11)), [413, "HTTPS_BODY_TOO_LARGE"]);
});

Deno.test("https says what it takes to whoever asks with OPTIONS, offers no CORS, and answers HEAD without a body", async () => {
  await using rig = await open({}, { contentTypes: ["text/plain", HL7] });
  const options = await rig.hand(
    ask("/", { origin: "https://evil.example", "access-control-request-method": "POST" }, "OPTIONS"),
  );
  assertEquals([options.status, options.headers.get("allow")], [204, "POST, OPTIONS"]);
  assertEquals(options.headers.get("accept-post"), `text/plain, ${HL7}`);
  assertEquals([...options.headers.keys()].filter((name) => name.startsWith("access-control")), []);
  const head = await rig.hand(ask("/", {}, "HEAD"));
  assertEquals([head.status, await head.text()], [405, ""]);
});

Deno.test("https counts every refusal, by its code", async () => {
  await using rig = await open({ clients });
  await rig.hand(ask("/elsewhere"));
  await rig.hand(ask("/"));
  await rig.hand(post());
  await rig.hand(post({ ...as("lab"), "content-type": "image/png" }));
  const refusals = rig.reports.events.filter(({ name }) => name === "requestRefused");
  assertEquals(refusals.map(({ facts }) => [facts!.status, facts!.code]), [
    [404, "HTTPS_PATH_UNKNOWN"],
    [405, "HTTPS_METHOD_UNSUPPORTED"],
    [401, "HTTPS_SIGN_IN_MISSING"],
    [415, "HTTPS_TYPE_UNSUPPORTED"],
  ]);
});

Deno.test("https takes FHIR, XML and sealed bodies where its channel reads them, with their parameters", async () => {
  const contentTypes = ["application/fhir+json", "application/xml", "application/vnd.mitral.sealed"];
  await using rig = await open({}, { contentTypes });
  for (const type of ["application/fhir+json; charset=utf-8; fhirVersion=4.0", ...contentTypes.slice(1)]) {
    assertEquals((await rig.hand(post({ "content-type": type }))).status, 200);
  }
  assertEquals(rig.intake.received[0].contentType, "application/fhir+json; charset=utf-8; fhirVersion=4.0");
});
