/** The OpenAPI document says what a listener does, no more and no less: its answers are held against it. */
import { assert, assertEquals } from "@std/assert";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import { type Blame, MitralError } from "../../../runtime/contract/error.ts";
import type { JsonSchema } from "../../../runtime/config/json_schema.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { FakeIntake } from "../../world/fake_intake.ts";
import { misfit } from "../../runtime/config/_schema_check.ts";
import { type Given, open, type Rig, URL_OF_IT } from "./hand_rig.ts";
import { signed } from "./signed.ts";

const TOKEN = "a.token-nobody~guesses", KEY = "a key of more than thirty-two bytes";
const ID = "019388f0-0000-7000-8000-000000000000";
const bearer = { authorization: `Bearer ${TOKEN}` };

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<
    Record<string, {
      readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
      readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>>;
    }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly security?: unknown;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes?: Readonly<Record<string, unknown>>;
  };
}

async function documentOf(rig: Rig, headers: Record<string, string> = {}): Promise<Document> {
  const response = await rig.hand(new Request(new URL("/lab/openapi.json", URL_OF_IT), { headers }));
  assertEquals(response.status, 200);
  return await response.json();
}

/** Holds an answer against what the document says of an operation; gives its status. */
async function held(document: Document, path: string, method: string, response: Response): Promise<string> {
  const at = `${method} ${path} ${response.status}`;
  const said = document.paths[path]?.[method]?.responses[response.status];
  assert(said, `${at} is not in the document`);
  const type = response.headers.get("content-type")?.split(";")[0];
  const body = await response.text();
  for (const [name, { required }] of Object.entries(said.headers ?? {})) {
    assert(!required || response.headers.has(name), `${at} lacks ${name}`);
  }
  if (body === "" && !said.content) return String(response.status);
  const content = said.content?.[type!] ?? said.content?.["*/*"];
  assert(content, `${at} is of type ${type}`);
  if (content.schema) {
    const $defs = JSON.parse(JSON.stringify(document.components.schemas));
    const schema = JSON.parse(JSON.stringify(content.schema).replaceAll("#/components/schemas/", "#/$defs/"));
    assertEquals(misfit({ ...schema, $defs }, JSON.parse(body)), undefined, at);
  }
  return String(response.status);
}

function replyOf(kind: "accepted" | "silent" | "failed" | Blame): Reply {
  const answer = { bytes: new TextEncoder().encode("{}"), contentType: "application/json" };
  if (kind === "accepted") return { id: ID, outcome: { kind }, answer };
  if (kind === "silent") return { id: ID, outcome: { kind: "filtered" }, answer: null };
  const blame = kind === "failed" ? "receiver" : kind;
  const error = new MitralError("TEST_MESSAGE_BAD", { blame, retry: "later", says: "Cannot take message" });
  return { id: ID, outcome: { kind: kind === "failed" ? "failed" : "rejected", error }, answer };
}

/** Does all that can be done to a listener, well and badly; gives the statuses of each operation. */
async function tryAll(config: Given, isAsked: boolean): Promise<Record<string, readonly string[]>> {
  const intake = new FakeIntake();
  await using rig = await open({ path: "/lab", bodyBytesMax: 10, ...config }, {
    intake,
    contentTypes: ["application/json"],
  });
  const document = await documentOf(rig, bearer);
  const statuses: Record<string, Set<string>> = {};
  const note = async (path: string, method: string, response: Response) => {
    (statuses[`${method} ${path}`] ??= new Set()).add(await held(document, path, method, response));
  };
  const post = (body: BodyInit = "{}", headers: Record<string, string> = {}) =>
    new Request(new URL("/lab", URL_OF_IT), {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...bearer, ...headers },
    });
  const posted = async (request: Request, facts = {}) => note("/lab", "post", await rig.hand(request, facts));

  for (const kind of ["accepted", "silent", "failed", "sender", "unsupported", "bug"] as const) {
    intake.reply = () => replyOf(kind);
    await posted(post());
  }
  intake.reply = () => ({ ...replyOf("accepted"), id: undefined });
  await posted(post());
  intake.reply = () => ({ ...replyOf("silent"), id: undefined });
  await posted(post());
  await posted(post("x".repeat(11)));
  await posted(post("{}", { "content-type": "text/html" }));
  await posted(post("{}", { "idempotency-key": "" }));
  intake.reply = () => Promise.reject(new Error("a test"));
  await posted(post());
  const late = rig.hand(post(new ReadableStream({ pull: () => new Promise(() => {}) })));
  await rig.clock.armed(60_000);
  await rig.clock.advance(60_000);
  await note("/lab", "post", await late);
  if (isAsked) {
    await posted(post("{}", { authorization: "" }));
    if (config.clients) await posted(post("{}"), { partner: "stranger" });
  }
  const get = async (path: string, headers: Record<string, string>, facts = {}, as = path) =>
    note(as, "get", await rig.hand(new Request(new URL(path, URL_OF_IT), { headers }), facts));
  await get("/lab/openapi.json", bearer);
  if (isAsked) {
    await get("/lab/openapi.json", {});
    if (config.clients) await get("/lab/openapi.json", bearer, { partner: "stranger" });
  }
  const [state, template] = [`/lab/messages/${ID}`, "/lab/messages/{id}"];
  if (document.paths[template]) {
    const partner = config.clients ? { partner: "lab" } : {};
    await get(state, bearer, {}, template);
    intake.states.set(ID, { id: ID, state: "processed", receivedAtMs: 0, ...partner });
    await get(state, bearer, {}, template);
    intake.state = () => Promise.reject(new Error("a test"));
    await get(state, bearer, {}, template);
    if (isAsked) {
      await get(state, {}, {}, template);
      if (config.clients) await get(state, bearer, { partner: "stranger" }, template);
    }
  }
  if (isAsked) {
    for (let n = 0; n < 11; n++) await rig.hand(post("{}", { authorization: "Bearer guess" }));
    await posted(post());
    await get("/lab/openapi.json", bearer);
    if (document.paths[template]) await get(state, bearer, {}, template);
  }
  return Object.fromEntries(
    Object.entries(statuses).map(([operation, seen]) => [operation, [...seen].sort()]),
  );
}

const asked: Given = { clients: { lab: { bearer: [secretOf(TOKEN)] } } };

for (
  const [how, config, isAsked] of [
    ["with outcomes, to anybody", {}, false],
    ["with outcomes, to its clients", asked, true],
    ["by status, to anybody", { answer: "status" }, false],
    ["by status, to its clients", { answer: "status", ...asked }, true],
    ["by status, to whoever has the token", { answer: "status", auth: { bearer: [secretOf(TOKEN)] } }, true],
  ] as const
) {
  Deno.test(`https that answers ${how} does what its OpenAPI document says, and all of it`, async () => {
    const seen = await tryAll(config, isAsked);
    await using rig = await open({ path: "/lab", ...config }, { contentTypes: ["application/json"] });
    const document = await documentOf(rig, bearer);
    const said = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { responses }]) => [
        `${method} ${path}`,
        // Nobody makes the document break on purpose, nor the state of a message.
        Object.keys(responses).filter((status) => method === "post" || status !== "500").sort(),
      ])
    );
    assertEquals(seen, Object.fromEntries(said));
  });
}

Deno.test("https says in its OpenAPI document how to sign in, and each of these ways leads in", async () => {
  const config: Given = {
    path: "/lab",
    clients: {
      lab: { bearer: [secretOf(TOKEN)] },
      ward: { basic: { user: "ward", password: [secretOf("password")] } },
      clinic: { signature: [secretOf(KEY)] },
      acme: {},
    },
  };
  await using rig = await open(config);
  const document = await documentOf(rig, bearer);
  const { components: { securitySchemes }, security } = document;
  assertEquals(security, [{ bearer: [] }, { basic: [] }, { signature: [] }, { certificate: [] }]);
  assertEquals(Object.keys(securitySchemes!), ["bearer", "basic", "signature", "certificate"]);
  const url = new URL("/lab/openapi.json", URL_OF_IT).href;
  const createdAt = Math.floor(rig.clock.nowMs() / 1000);
  const requests: [Request, object?][] = [
    [new Request(url, { headers: { authorization: `Basic ${btoa("ward:password")}` } })],
    [signed(url, "", { key: KEY, keyId: "clinic", createdAt, method: "GET" })],
    [new Request(url), { partner: "acme" }],
  ];
  for (const [request, facts] of requests) assertEquals((await rig.hand(request, facts)).status, 200);
});

Deno.test("https asks for nothing in its OpenAPI document where it asks for nothing", async () => {
  await using rig = await open({ path: "/lab" });
  const document = await documentOf(rig);
  assertEquals([document.openapi, document.security], ["3.1.0", undefined]);
  assertEquals(document.components.securitySchemes, undefined);
});

Deno.test("https names in its OpenAPI document the media types that it takes", async () => {
  const contentTypes = ["application/hl7-v2", "application/fhir+json"];
  await using rig = await open({ path: "/lab" }, { contentTypes });
  const { paths } = await documentOf(rig);
  assertEquals(Object.keys(paths["/lab"].post.requestBody!.content), contentTypes);
});

Deno.test("https without openapi has no document", async () => {
  await using rig = await open({ path: "/lab", openapi: false });
  assertEquals((await rig.hand(new Request(new URL("/lab/openapi.json", URL_OF_IT)))).status, 404);
});
