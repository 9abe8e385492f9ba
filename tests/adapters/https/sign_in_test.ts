import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import listener from "../../../adapters/https/listener.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { configOf } from "../../world/tools.ts";
import { type Given, open, post, type Rig, URL_OF_IT } from "./hand_rig.ts";
import { digestOf, signed, type Signing } from "./signed.ts";

const TOKEN = "a.token-nobody~guesses", OTHER_TOKEN = "another.token-nobody~guesses";
const KEY = "a key of more than thirty-two bytes", OTHER_KEY = "another key of more than thirty-two bytes";

const bearer = (token: string) => post({ authorization: `Bearer ${token}` });
const basic = (user: string, password: string) =>
  post({ authorization: `Basic ${new TextEncoder().encode(`${user}:${password}`).toBase64()}` });

async function codeOf(response: Response): Promise<string> {
  return (await response.json()).code;
}

async function refusal(response: Response): Promise<[status: number, code: string]> {
  return [response.status, await codeOf(response)];
}

Deno.test("https with auth takes requests that bring the token, and asks for one where none is brought", async () => {
  await using rig = await open({ auth: { bearer: [secretOf(TOKEN)] } });
  assertEquals((await rig.hand(bearer(TOKEN))).status, 200);
  const asked = await rig.hand(post());
  assertEquals(asked.headers.get("www-authenticate"), 'Bearer realm="mitral"');
  assertEquals(await refusal(asked), [401, "HTTPS_SIGN_IN_MISSING"]);
  const wrong = await rig.hand(bearer(OTHER_TOKEN));
  assert(wrong.headers.has("www-authenticate"), "no challenge");
  assertEquals(await refusal(wrong), [401, "HTTPS_SIGN_IN_WRONG"]);
  assertEquals(await refusal(await rig.hand(post({ authorization: `Digest ${TOKEN}` }))), [
    401,
    "HTTPS_SIGN_IN_MISSING",
  ]);
  assertEquals(rig.intake.received.map(({ partner }) => partner), [undefined]);
});

Deno.test("https knows its clients by token, by password and by signature, and says who each message is from", async () => {
  await using rig = await open({
    clients: {
      lab: { bearer: [secretOf(TOKEN)] },
      ward: { basic: { user: "Wärd", password: [secretOf("pass:wörd")] } },
      clinic: { signature: [secretOf(KEY)] },
    },
  });
  const createdAt = Math.floor(rig.clock.nowMs() / 1000);
  const requests = [
    bearer(TOKEN),
    basic("Wärd", "pass:wörd"),
    signed(URL_OF_IT, "body", { key: KEY, keyId: "clinic", createdAt }),
  ];
  for (const request of requests) assertEquals((await rig.hand(request)).status, 200);
  assertEquals(rig.intake.received.map(({ partner }) => partner), ["lab", "ward", "clinic"]);
  const strangers = [
    bearer("password"),
    basic("lab", TOKEN),
    basic("ward", "pass:wörd"),
    signed(URL_OF_IT, "body", { key: KEY, keyId: "lab", createdAt: createdAt + 1 }),
    signed(URL_OF_IT, "body", { key: OTHER_KEY, keyId: "clinic", createdAt }),
  ];
  for (const request of strangers) {
    assertEquals(await refusal(await rig.hand(request)), [401, "HTTPS_SIGN_IN_WRONG"]);
  }
  assertEquals(rig.intake.received.length, 3);
});

Deno.test("https takes the old and the new secret while one takes the place of the other", async () => {
  await using rig = await open({
    clients: {
      lab: {
        bearer: [secretOf(TOKEN), secretOf(OTHER_TOKEN)],
        basic: { user: "lab", password: [secretOf("old"), secretOf("new")] },
        signature: [secretOf(KEY), secretOf(OTHER_KEY)],
      },
    },
  });
  const createdAt = Math.floor(rig.clock.nowMs() / 1000);
  const requests = [
    bearer(TOKEN),
    bearer(OTHER_TOKEN),
    basic("lab", "old"),
    basic("lab", "new"),
    ...[KEY, OTHER_KEY].map((key) => signed(URL_OF_IT, "body", { key, keyId: "lab", createdAt })),
  ];
  for (const request of requests) assertEquals((await rig.hand(request)).status, 200);
});

Deno.test("https takes a partner by its certificate, and with its secrets where it has some, too", async () => {
  await using rig = await open({ clients: { acme: {}, lab: { bearer: [secretOf(TOKEN)] } } });
  assertEquals((await rig.hand(post(), { partner: "acme" })).status, 200);
  assertEquals((await rig.hand(bearer(TOKEN), { partner: "lab" })).status, 200);
  assertEquals((await rig.hand(bearer(TOKEN))).status, 200);
  assertEquals(await refusal(await rig.hand(post(), { partner: "lab" })), [401, "HTTPS_SIGN_IN_MISSING"]);
  assertEquals(await refusal(await rig.hand(bearer(TOKEN), { partner: "stranger" })), [
    403,
    "HTTPS_CLIENT_UNEXPECTED",
  ]);
  assertEquals(rig.intake.received.map(({ partner }) => partner), ["acme", "lab", "lab"]);
});

Deno.test("https refuses a token of one client over the certificate of another", async () => {
  const clients = { lab: { bearer: [secretOf(TOKEN)] }, ward: { bearer: [secretOf(OTHER_TOKEN)] } };
  await using rig = await open({ clients });
  const response = await rig.hand(bearer(TOKEN), { partner: "ward" });
  assertEquals(await refusal(response), [403, "HTTPS_CLIENT_UNEXPECTED"]);
});

Deno.test("https of which nothing is asked says whose certificate a request came with", async () => {
  await using rig = await open({});
  await rig.hand(post(), { partner: "acme" });
  assertEquals(rig.intake.received[0].partner, "acme");
});

Deno.test("https that knows partners by certificates alone has nothing to ask of others", async () => {
  await using rig = await open({ clients: { acme: {} } });
  const response = await rig.hand(post());
  assertEquals(response.headers.get("www-authenticate"), null);
  assertEquals(await refusal(response), [403, "HTTPS_CLIENT_UNEXPECTED"]);
});

const clinic: Given = { clients: { clinic: { signature: [secretOf(KEY)] } }, signatureAgeMsMax: 60_000 };
const signing = (rig: Rig, more: Partial<Signing> = {}): Signing => ({
  key: KEY,
  keyId: "clinic",
  createdAt: Math.floor(rig.clock.nowMs() / 1000),
  ...more,
});

Deno.test("https takes a signature once, and each again only when it is made anew", async () => {
  await using rig = await open(clinic);
  const request = signed(URL_OF_IT, "body", signing(rig));
  const again = request.clone();
  assertEquals((await rig.hand(request)).status, 200);
  assertEquals(await refusal(await rig.hand(again)), [401, "HTTPS_SIGNATURE_REPEATED"]);
  await rig.clock.advance(1_000);
  assertEquals((await rig.hand(signed(URL_OF_IT, "body", signing(rig)))).status, 200);
});

Deno.test("https takes no signature that is too old, too new, or has expired", async () => {
  await using rig = await open(clinic);
  const nowAt = Math.floor(rig.clock.nowMs() / 1000);
  for (const createdAt of [nowAt - 60, nowAt + 60]) {
    assertEquals((await rig.hand(signed(URL_OF_IT, "body", signing(rig, { createdAt })))).status, 200);
  }
  for (const off of [{ createdAt: nowAt - 62 }, { createdAt: nowAt + 62 }, { expiresAt: nowAt - 1 }]) {
    const response = await rig.hand(signed(URL_OF_IT, "body", signing(rig, off)));
    assertEquals(await refusal(response), [401, "HTTPS_SIGNATURE_OLD"]);
  }
});

Deno.test("https takes no signature that leaves open what is done, where, or with which message", async () => {
  await using rig = await open(clinic);
  const whole = ["@method", "@target-uri", "content-type", "content-digest"];
  const missing = {
    "@method": whole.filter((name) => name !== "@method"),
    "@target-uri": whole.filter((name) => name !== "@target-uri"),
    "@authority": [...whole.filter((name) => name !== "@target-uri"), "@path"],
    "content-type": whole.filter((name) => name !== "content-type"),
    "content-digest": whole.filter((name) => name !== "content-digest"),
  };
  for (const [name, covers] of Object.entries(missing)) {
    const response = await rig.hand(signed(URL_OF_IT, "body", signing(rig, { covers })));
    const { code, detail } = await response.json();
    assertEquals([response.status, code], [401, "HTTPS_SIGNATURE_PARTIAL"]);
    assertStringIncludes(detail, name);
  }
  const headers = { "idempotency-key": "k1" };
  const keyed = signed(URL_OF_IT, "body", signing(rig, { covers: whole, headers }));
  assertEquals(await refusal(await rig.hand(keyed)), [401, "HTTPS_SIGNATURE_PARTIAL"]);
  const covers = ["@method", "@authority", "@path", "content-type", "content-digest", "idempotency-key"];
  assertEquals((await rig.hand(signed(URL_OF_IT, "body", signing(rig, { covers, headers })))).status, 200);
});

Deno.test("https takes a signature for what was signed alone: another path, method, type or body is not", async () => {
  await using rig = await open(clinic);
  const request = signed(URL_OF_IT, "body", signing(rig));
  const changed = (body: string, more: object = {}) =>
    new Request(URL_OF_IT, {
      method: "POST",
      body,
      headers: { ...Object.fromEntries(request.headers), ...more },
    });
  assertEquals(await refusal(await rig.hand(changed("other"))), [400, "HTTPS_DIGEST_WRONG"]);
  for (const more of [{ "content-digest": digestOf("other") }, { "content-type": "text/plain; charset=x" }]) {
    assertEquals(await refusal(await rig.hand(changed("other", more))), [401, "HTTPS_SIGN_IN_WRONG"]);
  }
  assertEquals(rig.intake.received, []);
});

Deno.test("https asks for signatures in the words of RFC 9421, and calls one unreadable that is none", async () => {
  await using rig = await open(clinic);
  const asked = await rig.hand(post());
  assertEquals(asked.headers.get("www-authenticate"), 'Signature realm="mitral"');
  assertStringIncludes(asked.headers.get("accept-signature")!, '"content-digest");created');
  const unreadable = await rig.hand(post({ "signature-input": "sig1=(", signature: "sig1=:AA==:" }));
  assertEquals(await refusal(unreadable), [401, "HTTPS_SIGNATURE_UNREADABLE"]);
});

Deno.test("https compares a Content-Digest with the body, whoever sent it", async () => {
  await using rig = await open({});
  assertEquals((await rig.hand(post({ "content-digest": digestOf("body") }))).status, 200);
  assertEquals(await refusal(await rig.hand(post({ "content-digest": digestOf("bodies") }))), [
    400,
    "HTTPS_DIGEST_WRONG",
  ]);
  const unknown = await rig.hand(post({ "content-digest": "md5=:AAAA:" }));
  assertEquals(unknown.headers.get("want-content-digest"), "sha-256=10, sha-512=5");
  assertEquals(await codeOf(unknown), "HTTPS_DIGEST_UNREADABLE");
});

Deno.test("https keeps an address out for a minute that has failed ten times to sign in, and no other", async () => {
  await using rig = await open({ auth: { bearer: [secretOf(TOKEN)] } });
  for (let n = 0; n < 10; n++) assertEquals((await rig.hand(bearer(OTHER_TOKEN))).status, 401);
  const barred = await rig.hand(bearer(TOKEN), { peer: "192.0.2.7:9" });
  assertEquals(barred.headers.get("retry-after"), "60");
  assertEquals(await refusal(barred), [429, "HTTPS_SIGN_IN_BARRED"]);
  assertEquals((await rig.hand(bearer(TOKEN), { peer: "192.0.2.8:9" })).status, 200);
  await rig.clock.advance(60_000);
  assertEquals((await rig.hand(bearer(TOKEN))).status, 200);
});

Deno.test("https keeps no proxy on its own machine out for what others fail to prove by it", async () => {
  await using rig = await open({ auth: { bearer: [secretOf(TOKEN)] } });
  for (const peer of ["127.0.0.1:5", "::1:5", "::ffff:127.0.0.1:5", ""]) {
    for (let n = 0; n < 20; n++) await rig.hand(bearer(OTHER_TOKEN), { peer });
    assertEquals((await rig.hand(bearer(TOKEN), { peer })).status, 200, peer);
  }
});

Deno.test("https counts who fails to sign in, warns once a minute, and nowhere says what was shown", async () => {
  await using rig = await open({ auth: { bearer: [secretOf(TOKEN)] } });
  for (let n = 0; n < 3; n++) await rig.hand(bearer(OTHER_TOKEN));
  await rig.hand(post());
  const failures = rig.reports.events.filter(({ name }) => name === "signInFailed");
  assertEquals(failures.map(({ error }) => error?.code), ["HTTPS_SIGN_IN_WRONG", undefined, undefined]);
  assertEquals(failures[0].facts, { address: "192.0.2.7", code: "HTTPS_SIGN_IN_WRONG" });
  assertEquals(rig.reports.count("requestRefused"), 4);
  const told = JSON.stringify(rig.reports.events) + Deno.inspect(rig.reports.events, { depth: 20 });
  assert(!told.includes(OTHER_TOKEN) && !told.includes(TOKEN), "a token was told");
});

Deno.test("https looks at no body of a request that may not come", async () => {
  await using rig = await open({ auth: { bearer: [secretOf(TOKEN)] } });
  let pulled = 0;
  const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 });
  const request = new Request(URL_OF_IT, { method: "POST", body, headers: { "content-type": "text/plain" } });
  assertEquals((await rig.hand(request)).status, 401);
  assertEquals(pulled, 0);
});

Deno.test("https refuses settings whose secrets are guessed, are none, or tell two clients not apart", () => {
  const rules = (given: Given) =>
    listener.check!(configOf(listener.config, { port: 0, ...given })).map(({ setting, rule }) =>
      `${setting} ${rule}`
    );
  const clients = { lab: { signature: [secretOf(KEY)] }, acme: {} };
  const tls = { certificate: "/a.pem", key: secretOf("key"), clients: ["partners"] };
  assertEquals(rules({ auth: { bearer: [secretOf(TOKEN)] }, clients, tls }), []);
  assertEquals(rules({ clients }), [
    "clients must let acme prove who it is: by bearer, basic or signature, or by a certificate, with tls.clients",
  ]);
  assertEquals(rules({ auth: {} }), ["auth must have bearer, basic or signature"]);
  assertEquals(
    rules({ clients: { lab: { bearer: [secretOf("guess")], signature: [secretOf("a key")] } } }),
    [
      "clients must not be guessed: a token of lab has less than 16 bytes",
      "clients must not be guessed: a key of lab has less than 32 bytes",
    ],
  );
  assertEquals(rules({ auth: { bearer: [secretOf("a token with blanks")] } }), [
    "auth must be what HTTP can carry: a token of auth has other characters than A-Z a-z 0-9 - . _ ~ + / =",
  ]);
  const both = { bearer: [secretOf(TOKEN)] };
  assertEquals(rules({ clients: { lab: both, ward: both } }), [
    "clients must tell clients apart: ward has a token or user of lab",
  ]);
  assertEquals(rules({ allow: ["10.0.0.0/33"] }), ["allow must be networks in CIDR; 10.0.0.0/33 is none"]);
});
