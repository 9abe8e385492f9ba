import { assert, assertEquals } from "@std/assert";
import { createHash, createHmac } from "node:crypto";
import sender from "../../../adapters/https/sender.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { configOf } from "../../world/tools.ts";
import type { PeerRequest } from "./http_peer.ts";
import { answered, codeOf, openLine, parcelWith } from "./sender_line.ts";

const KEY = "0123456789abcdef0123456789abcdef";

Deno.test("https sends a token or a user and a password, and reads them again after a 401", async () => {
  const cases: [object, string, string][] = [
    [{ bearer: secretOf("old", () => Promise.resolve("new")) }, "Bearer old", "Bearer new"],
    [
      { basic: { user: "lab", password: secretOf("pä:ss", () => Promise.resolve("other")) } },
      `Basic ${btoa("lab:p\xc3\xa4:ss")}`,
      `Basic ${btoa("lab:other")}`,
    ],
  ];
  for (const [auth, first, second] of cases) {
    await using line = await openLine({ auth });
    const sending = line.send();
    assertEquals((await answered(line.peer, 401)).headers.authorization, first);
    assertEquals((await answered(line.peer)).headers.authorization, second);
    assertEquals(await sending, { kind: "accepted" });
    const later = line.send();
    assertEquals((await answered(line.peer, 401)).headers.authorization, second);
    // The same again would get the same answer.
    assertEquals(codeOf(await later), "HTTPS_CREDENTIALS_REFUSED");
  }
});

/** What was signed, put together from the request as RFC 9421 section 2.5 says, and the signature of it. */
function signed({ method, path, headers }: PeerRequest) {
  const [, list, params] = /^sig1=\(([^)]*)\)(.*)$/.exec(headers["signature-input"])!;
  const components = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  const [pathname, query] = path.split("?");
  const derived: Record<string, string> = {
    "@method": method,
    "@authority": headers.host,
    "@path": pathname,
    "@query": `?${query ?? ""}`,
  };
  const lines = components.map((name) => `"${name}": ${derived[name] ?? headers[name]}`);
  const base = [...lines, `"@signature-params": (${list})${params}`].join("\n");
  return {
    components,
    params,
    expected: `sig1=:${createHmac("sha256", KEY).update(base).digest("base64")}:`,
  };
}

Deno.test("https signs every request anew, over where it goes, what it holds and what it is known by", async () => {
  await using line = await openLine({ auth: { signature: { key: secretOf(KEY), keyId: "st-elsewhere" } } });
  const seen = new Set<string>();
  for (const attempt of [1, 2]) {
    const sending = line.send(parcelWith({ attempt }));
    const request = await answered(line.peer);
    await sending;
    const { components, params, expected } = signed(request);
    assertEquals(request.headers.signature, expected);
    assertEquals(components, [
      "@method",
      "@authority",
      "@path",
      "@query",
      "content-type",
      "content-digest",
      "idempotency-key",
    ]);
    assert(params.includes(`;created=${Math.floor(line.rig.clock.nowMs() / 1000)};`), params);
    assert(params.endsWith(';keyid="st-elsewhere";alg="hmac-sha256"'), params);
    const digest = createHash("sha256").update(request.bytes).digest("base64");
    assertEquals(request.headers["content-digest"], `sha-256=:${digest}:`);
    seen.add(request.headers.signature);
  }
  assertEquals(seen.size, 2);
});

Deno.test("https refuses settings that prove too much, too little or nothing", () => {
  const rulesOf = (auth: object) => {
    const config = configOf(sender.config, { url: "https://a.example/", auth: auth as never });
    return sender.check!(config).map(({ setting, rule }) => `${setting} ${rule}`);
  };
  const secret = secretOf("a-secret");
  const oauth = { clientId: "us", tokenUrl: "https://auth.example/", clientSecret: secret };
  assertEquals(rulesOf({ bearer: secret }), []);
  assertEquals(rulesOf({ oauth }), []);
  assertEquals(rulesOf({ oauth: { ...oauth, clientSecret: undefined, key: secret } }), []);
  assertEquals(rulesOf({ oauth: { ...oauth, tokenUrl: undefined, smart: "https://fhir.example/r4" } }), []);
  const one = "auth must have exactly one of bearer, basic, signature and oauth";
  assertEquals(rulesOf({}), [one]);
  assertEquals(rulesOf({ bearer: secret, oauth }), [one]);
  assertEquals(rulesOf({ signature: { key: secret } }), [
    "auth must not be guessed: its key has less than 32 bytes",
  ]);
  assertEquals(rulesOf({ oauth: { ...oauth, smart: "https://fhir.example/" } }), [
    "auth must have one of oauth.tokenUrl and oauth.smart",
  ]);
  assertEquals(rulesOf({ oauth: { ...oauth, key: secret } }), [
    "auth must have one of oauth.clientSecret and oauth.key",
  ]);
  for (const tokenUrl of ["http://auth.example/", "https://u:p@auth.example/", "auth"]) {
    assertEquals(rulesOf({ oauth: { ...oauth, tokenUrl } }), ["auth must get tokens by https"]);
  }
});
