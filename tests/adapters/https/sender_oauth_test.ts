import { assert, assertEquals } from "@std/assert";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { turns } from "../../world/turns.ts";
import { HttpPeer, type PeerRequest } from "./http_peer.ts";
import { answered, codeOf, type Line, openLine, parcelWith } from "./sender_line.ts";

const SECRET = "hunter2 & more";

interface Oauth extends Line {
  readonly server: HttpPeer;
}

/** A line that gets its tokens from a server of the test's. */
async function openOauth(settings: object = {}, config: object = {}): Promise<Oauth> {
  const server = await HttpPeer.open();
  const tokenUrl = server.url.replace("/hl7", "/token");
  const oauth = {
    clientId: "us:1",
    tokenUrl,
    clientSecret: secretOf(SECRET),
    secretIn: "header",
    parameters: {},
    ...settings,
  };
  const line = await openLine({ auth: { oauth }, ...config });
  return {
    ...line,
    server,
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const token = (access_token: string, more: object = {}) => ({
  access_token,
  token_type: "Bearer",
  expires_in: 3600,
  ...more,
});
const formOf = ({ bytes }: PeerRequest) =>
  Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes)));

Deno.test("https gets a token with its secret, where the server wants it", async () => {
  await using line = await openOauth({ scope: "system/*.rs", parameters: { audience: "api" } });
  const sending = line.send();
  const asked = await answered(line.server, 200, token("t-1"));
  assertEquals((await answered(line.peer)).headers.authorization, "Bearer t-1");
  assertEquals(await sending, { kind: "accepted" });
  assertEquals([asked.method, asked.path, asked.headers.accept], ["POST", "/token", "application/json"]);
  assertEquals(asked.headers.authorization, `Basic ${btoa("us%3A1:hunter2+%26+more")}`);
  assertEquals(formOf(asked), { grant_type: "client_credentials", scope: "system/*.rs", audience: "api" });

  await using post = await openOauth({ secretIn: "body" });
  const second = post.send();
  const form = await answered(post.server, 200, token("t-2"));
  await answered(post.peer);
  await second;
  assertEquals(form.headers.authorization, undefined);
  assertEquals(formOf(form), { grant_type: "client_credentials", client_id: "us:1", client_secret: SECRET });
});

Deno.test("https fetches one token for all lanes, and another shortly before it expires", async () => {
  await using line = await openOauth({}, { connections: 3 });
  const sendings = [line.send(), line.send(), line.send()];
  await answered(line.server, 200, token("t-1", { expires_in: 100 }));
  for (const _ of sendings) assertEquals((await answered(line.peer)).headers.authorization, "Bearer t-1");
  await Promise.all(sendings);
  await line.rig.clock.advance(69_000);
  const still = line.send();
  assertEquals((await answered(line.peer)).headers.authorization, "Bearer t-1");
  await still;
  await line.rig.clock.advance(1_000);
  const later = line.send();
  await answered(line.server, 200, token("t-2"));
  assertEquals((await answered(line.peer)).headers.authorization, "Bearer t-2");
  await later;
  assertEquals(line.server.unread, 0);
});

Deno.test("https renews a token that the peer does not take, once", async () => {
  await using line = await openOauth();
  const sending = line.send();
  await answered(line.server, 200, token("t-1"));
  await answered(line.peer, 401);
  await answered(line.server, 200, token("t-2"));
  assertEquals((await answered(line.peer)).headers.authorization, "Bearer t-2");
  assertEquals(await sending, { kind: "accepted" });
  const again = line.send();
  await answered(line.peer, 401);
  await answered(line.server, 200, token("t-3"));
  await answered(line.peer, 401);
  assertEquals(codeOf(await again), "HTTPS_CREDENTIALS_REFUSED");
  assertEquals([line.server.unread, line.peer.unread], [0, 0]);
});

Deno.test("https goes on getting a token that others wait for, where one of them gives up", async () => {
  await using line = await openOauth();
  const given = new AbortController();
  const one = line.send(parcelWith(), given.signal).catch((cause) => cause);
  const other = line.send();
  const asked = await line.server.next();
  given.abort("given up");
  assertEquals(await one, "given up");
  await asked.respond(200, JSON.stringify(token("t-1")));
  assertEquals((await answered(line.peer)).headers.authorization, "Bearer t-1");
  assertEquals(await other, { kind: "accepted" });
});

Deno.test("https fails by code where it gets no token, and shows neither secret nor token", async () => {
  await using line = await openOauth();
  const end = async (status: number, body: string | object, headers = {}) => {
    const sending = line.send();
    await answered(line.server, status, body, headers);
    const error = await sending;
    assert(error instanceof MitralError);
    const shown = JSON.stringify(error) + Deno.inspect(error.cause ?? "");
    assert(!/hunter2|t-secret|DOE/.test(shown), shown);
    return error;
  };
  const refused = await end(400, { error: "invalid_client", error_description: "DOE" });
  assertEquals([refused.code, refused.facts], ["HTTPS_TOKEN_REFUSED", {
    status: 400,
    reason: "invalid_client",
  }]);
  const wordy = await end(401, { error: "hunter2 is wrong" });
  assertEquals(wordy.facts.reason, "no reason given");
  const busy = await end(429, "", { "retry-after": "60" });
  assertEquals([busy.code, busy.retryAfterMs], ["HTTPS_TOKEN_REFUSED", 60_000]);
  const unreadable = [
    { access_token: "t-secret\r\n" },
    { token_type: "mac", access_token: "t-secret" },
    "t-secret",
    "[]",
    "x".repeat(70_000),
  ];
  for (const body of unreadable) assertEquals((await end(200, body)).code, "HTTPS_TOKEN_UNREADABLE");
  assertEquals(line.peer.unread, 0);
  const slow = line.send();
  await line.server.next();
  const late = await line.rig.clock.pass(slow);
  assert(late instanceof MitralError);
  assertEquals([late.code, late.facts], ["HTTPS_TOKEN_LATE", { tokenMsMax: 10_000 }]);
  await line.server.stop();
  assertEquals(codeOf(await line.send()), "HTTPS_TOKEN_UNREACHABLE");
});

const keys: Record<string, () => { privateKey: KeyObject; publicKey: KeyObject }> = {
  RS384: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "secp384r1" }),
};

Deno.test("https signs who it is as SMART Backend Services has it, with a JWK or PEM", async () => {
  for (const [alg, generate] of Object.entries(keys)) {
    const { privateKey, publicKey } = generate();
    const jwk = JSON.stringify({
      ...privateKey.export({ format: "jwk" }),
      kid: "k-1",
      alg,
      use: "sig",
      key_ops: ["sign"],
    });
    const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    for (
      const [key, keyId, kid] of [[jwk, undefined, "k-1"], [pem, "k-2", "k-2"], [jwk, "k-3", "k-3"]] as const
    ) {
      await using line = await openOauth({
        clientSecret: undefined,
        key: secretOf(key),
        keyId,
        keySetUrl: "https://us.example/jwks.json",
        scope: "system/*.cud",
      });
      const jtis = new Set<unknown>();
      for (const name of ["t-1", "t-2"]) {
        const sending = line.send();
        const asked = await answered(line.server, 200, token(name, { expires_in: 1 }));
        await answered(line.peer);
        await sending;
        await line.rig.clock.advance(1_000);
        const { client_assertion: assertion, ...form } = formOf(asked);
        assertEquals(form, {
          grant_type: "client_credentials",
          scope: "system/*.cud",
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        });
        assertEquals(asked.headers.authorization, undefined);
        assertEquals(decodeProtectedHeader(assertion), {
          alg,
          typ: "JWT",
          kid,
          jku: "https://us.example/jwks.json",
        });
        const nowMs = line.rig.clock.nowMs();
        const { payload } = await jwtVerify(assertion, publicKey, {
          issuer: "us:1",
          subject: "us:1",
          audience: line.server.url.replace("/hl7", "/token"),
          currentDate: new Date(nowMs),
        });
        assert(payload.exp! * 1000 - nowMs <= 300_000);
        jtis.add(payload.jti);
      }
      assertEquals(jtis.size, 2);
    }
  }
});

Deno.test("https refuses a key that signs nothing SMART knows, without showing it", async () => {
  const weak = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
  const publicOnly = keys.ES384().publicKey.export({ format: "jwk" });
  for (
    const key of [
      "hunter2",
      weak.export({ format: "pem", type: "pkcs8" }).toString(),
      JSON.stringify(publicOnly),
      '{"kty":"RSA","d":"hunter2"}',
    ]
  ) {
    await using line = await openOauth({ clientSecret: undefined, key: secretOf(key) });
    const error = await line.send();
    assert(error instanceof MitralError);
    assertEquals(error.code, "HTTPS_KEY_UNUSABLE");
    assert(!Deno.inspect(error).includes("hunter2"));
  }
});

Deno.test("https finds the token endpoint where a FHIR server says it is, and looks again where it has moved", async () => {
  await using line = await openOauth({ tokenUrl: undefined });
  const { server, peer } = line;
  const smart = server.url.replace("/hl7", "/r4/");
  await using found = await openLine({
    auth: {
      oauth: { clientId: "us", smart, clientSecret: secretOf(SECRET), secretIn: "header", parameters: {} },
    },
  });
  const endpoint = (path: string) => ({ token_endpoint: server.url.replace("/hl7", path) });
  const sending = found.send();
  assertEquals((await answered(server, 200, endpoint("/t1"))).path, "/r4/.well-known/smart-configuration");
  assertEquals((await answered(server, 404)).path, "/t1");
  assertEquals(codeOf(await sending), "HTTPS_TOKEN_REFUSED");
  const again = found.send();
  await answered(server, 200, endpoint("/t2"));
  assertEquals((await answered(server, 200, token("t-1"))).path, "/t2");
  await answered(found.peer);
  assertEquals(await again, { kind: "accepted" });
  assertEquals(peer.unread, 0);

  for (const said of [{}, { token_endpoint: "http://auth.example/token" }, { token_endpoint: 1 }]) {
    await using other = await openLine({
      auth: {
        oauth: { clientId: "us", smart, clientSecret: secretOf(SECRET), secretIn: "header", parameters: {} },
      },
    });
    const sending = other.send();
    await answered(server, 200, said);
    assertEquals(codeOf(await sending), "HTTPS_DISCOVERY_FAILED");
  }
});

Deno.test("https lets go of a token server that does not answer when it is closed", async () => {
  const line = await openOauth();
  const sending = line.send();
  await line.server.next();
  await line.rig.sender[Symbol.asyncDispose]();
  assertEquals(codeOf(await sending), "HTTPS_SENDER_CLOSED");
  await turns();
  assertEquals(line.rig.clock.waiting, 0);
  await line[Symbol.asyncDispose]();
});
