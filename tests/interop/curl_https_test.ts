/** What clients of the https listener do with curl: sign in, sign, come again under a key, and ask what became of it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { secretOf } from "mitral";
import { signed } from "../adapters/https/signed.ts";
import { curl, post } from "./_curl.ts";
import { openGateway } from "./_gateway.ts";

const TOKEN = "a.token-nobody~guesses", KEY = "a key of more than thirty-two bytes";
const JSON_TYPE = ["--header", "Content-Type: application/json"];

/** A channel that takes JSON from three clients, each in its own way. */
function channels(https: object = {}) {
  const clients = {
    lab: { bearer: [secretOf(TOKEN)] },
    ward: { basic: { user: "ward", password: [secretOf("a password")] } },
    clinic: { signature: [secretOf(KEY)], requestsPerSecondMax: 1_000 },
  };
  return {
    lab: {
      listen: { https: { port: 0, path: "/lab", clients, ...https } },
      parse: "json",
      send: { files: { file: { path: "./out" } } },
    },
  };
}

/** Arguments that make curl send a request as a test has made it. */
function asSigned(url: string, body: string): string[] {
  const createdAt = Math.floor(Date.now() / 1000);
  const headers = { "content-type": "application/json" };
  const request = signed(url, body, { key: KEY, keyId: "clinic", createdAt, headers });
  return [...request.headers].flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
}

Deno.test({
  name:
    "curl signs in to our https listener by token, by password and by signature, and the archive says who it was",
  ignore: curl.missing,
  async fn() {
    await using under = await openGateway(channels());
    const url = under.address("lab");
    const ways = [["--oauth2-bearer", TOKEN], ["--user", "ward:a password"]];
    for (const way of ways) {
      const { status } = await post(url, `{"by":"${way[0]}"}`, ...JSON_TYPE, ...way);
      assertEquals(status, 204);
    }
    assertEquals((await post(url, "{}", ...asSigned(url, "{}"))).status, 204);
    const records = await under.gateway.archive.list({ order: "oldest" });
    assertEquals(records.map(({ origin }) => origin.partner), ["lab", "ward", "clinic"]);
  },
});

Deno.test({
  name: "curl is asked to sign in, and let in by nothing else",
  ignore: curl.missing,
  async fn() {
    await using under = await openGateway(channels());
    const url = under.address("lab");
    const asked = await post(url, "{}", ...JSON_TYPE);
    assertEquals([asked.status, JSON.parse(asked.body).code], [401, "HTTPS_SIGN_IN_MISSING"]);
    assertMatch(asked.head, /^www-authenticate: Bearer .*Basic .*Signature/im);
    for (const way of [["--oauth2-bearer", "guess"], ["--user", "ward:guess"]]) {
      assertEquals((await post(url, "{}", ...JSON_TYPE, ...way)).status, 401);
    }
    const changed = await post(url, "{}", ...asSigned(url, "[]"));
    assertEquals([changed.status, JSON.parse(changed.body).code], [400, "HTTPS_DIGEST_WRONG"]);
    assertEquals(await under.gateway.archive.list({}), []);
  },
});

Deno.test({
  name: "curl repeats a request under its key and gets the same answer, and 422 for another body",
  ignore: curl.missing,
  async fn() {
    await using under = await openGateway(channels());
    const url = under.address("lab");
    const give = (body: string, key: string) =>
      post(url, body, ...JSON_TYPE, "--oauth2-bearer", TOKEN, "--header", `Idempotency-Key: ${key}`);
    for (let n = 0; n < 2; n++) assertEquals((await give('{"a":1}', '"k1"')).status, 204);
    const other = await give('{"a":2}', '"k1"');
    assertEquals([other.status, JSON.parse(other.body).code], [422, "ENGINE_KEY_REUSED"]);
    assertEquals((await give('{"a":1}', '"k2"')).status, 204);
    const records = await under.gateway.archive.list({ order: "oldest" });
    assertEquals(records.map(({ state }) => state === "quarantined"), [false, true, false]);
  },
});

Deno.test({
  name: "curl is told where to ask for the state of its message, and there that it is delivered",
  ignore: curl.missing,
  async fn() {
    await using under = await openGateway(channels({ answer: "status" }));
    const url = under.address("lab");
    const taken = await post(url, "{}", ...JSON_TYPE, "--oauth2-bearer", TOKEN);
    assertEquals(taken.status, 202);
    const path = /^location: (\S+)/im.exec(taken.head)![1];
    await under.seen("messageDelivered");
    const state = await post(new URL(path, url).href, undefined, "--oauth2-bearer", TOKEN);
    assertEquals([state.status, JSON.parse(state.body).state], [200, "delivered"]);
    const others = await post(new URL(path, url).href, undefined, "--user", "ward:a password");
    assertEquals(others.status, 404);
  },
});

Deno.test({
  name: "curl gets the OpenAPI document of our https listener once it has signed in",
  ignore: curl.missing,
  async fn() {
    await using under = await openGateway(channels());
    const url = `${under.address("lab")}/openapi.json`;
    assertEquals((await post(url, undefined)).status, 401);
    const { status, body } = await post(url, undefined, "--oauth2-bearer", TOKEN);
    assertEquals([status, JSON.parse(body).openapi], [200, "3.1.0"]);
    assertStringIncludes(body, "application/json");
  },
});
