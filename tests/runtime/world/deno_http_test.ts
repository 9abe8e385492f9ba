import { assert, assertEquals, assertMatch } from "@std/assert";
import type { HttpOptions, HttpServer } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { pki } from "../../world/pki.ts";
import { turns } from "../../world/turns.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** A server, and clients that write what no library would. */
class Site implements AsyncDisposable {
  readonly broken: string[] = [];
  #server: HttpServer | undefined;
  readonly #clients: Client[] = [];

  constructor(readonly isSecure: boolean) {}

  static async open(isSecure: boolean, handler: Handler, options: Partial<HttpOptions> = {}): Promise<Site> {
    const site = new Site(isSecure);
    const tls = () => ({ certificate: pki.server.chain, key: pki.server.key, versionMin: "1.2" as const });
    site.#server = await denoWorld.net.serveHttp({
      host: "127.0.0.1",
      port: 0,
      broken: (_peer, detail) => void site.broken.push(detail),
      ...(isSecure ? { tls } : {}),
      ...options,
    }, handler);
    return site;
  }

  async dial(): Promise<Client> {
    const at = { hostname: "localhost", port: this.#server!.port };
    const connection = this.isSecure
      ? await Deno.connectTls({ ...at, caCerts: [pki.root.certificate] })
      : await Deno.connect({ ...at, hostname: "127.0.0.1" });
    const client = new Client(connection);
    this.#clients.push(client);
    return client;
  }

  /** What a client is answered until the server closes, or until this has come. */
  async answers(says: string, until?: RegExp): Promise<string> {
    const client = await this.dial();
    await client.write(says);
    return await client.answers(until);
  }

  async shutdown(): Promise<void> {
    await this.#server!.shutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.shutdown();
  }
}

class Client {
  readonly #connection: Deno.Conn;
  #isClosed = false;
  /** How much was taken from it. */
  written = 0;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  async write(says: string | Uint8Array): Promise<void> {
    const bytes = typeof says === "string" ? new TextEncoder().encode(says) : says;
    for (let at = 0; at < bytes.length;) {
      const count = await this.#connection.write(bytes.subarray(at));
      at += count;
      this.written += count;
    }
  }

  async answers(until?: RegExp): Promise<string> {
    const decoder = new TextDecoder(), into = new Uint8Array(65_536);
    let text = "";
    while (!until?.test(text)) {
      const count = await this.#connection.read(into);
      if (count === null) break;
      text += decoder.decode(into.subarray(0, count), { stream: true });
    }
    return text;
  }

  close(): void {
    if (!this.#isClosed) this.#connection.close();
    this.#isClosed = true;
  }
}

/** Tests a server of plain HTTP, and one by TLS. */
function test(name: string, body: (isSecure: boolean) => Promise<void>): void {
  Deno.test(`http: ${name}`, () => body(false));
  Deno.test(`http by TLS: ${name}`, () => body(true));
}

const get = (path = "/", ...headers: readonly string[]) =>
  [`GET ${path} HTTP/1.1`, "Host: lab.example", ...headers, "", ""].join("\r\n");
const post = (body: string, path = "/", ...headers: readonly string[]) =>
  get(path, `Content-Length: ${body.length}`, ...headers).replace("GET", "POST") + body;
const pathOf = ({ url }: Request) => new URL(url).pathname;
const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
const CLOSE = "Connection: close";

test("an answer without a body has none, and the next is in its place", async (isSecure) => {
  await using site = await Site.open(isSecure, (request) => {
    const status = Number(pathOf(request).slice(1));
    return new Response(status === 200 ? "body" : null, { status });
  });
  const head = get("/200").replace("GET", "HEAD");
  const answers = await site.answers(head + get("/204") + get("/304") + get("/200", CLOSE));
  assertEquals(statuses(answers), ["200", "204", "304", "200"]);
  assertEquals(answers.split("\r\n\r\n").filter((part) => !part.startsWith("HTTP/")), ["body"]);
});

test("a connection is used again, a body nobody read or not", async (isSecure) => {
  await using site = await Site.open(isSecure, async (request) => {
    return new Response(pathOf(request) === "/read" ? await request.text() : null);
  });
  const answers = await site.answers(
    post("unread", "/") + post("one", "/read") + post("unread", "/") + post("two", "/read", CLOSE),
  );
  assertEquals(statuses(answers).length, 4);
  assertMatch(answers, /\r\n\r\none[^]*\r\n\r\ntwo$/);
});

test("who is refused in the middle of a body hears of it, and is served no more", async (isSecure) => {
  let served = 0;
  await using site = await Site.open(isSecure, () => {
    served++;
    return new Response(null, { status: 401 });
  });
  const client = await site.dial(), body = "a".repeat(4 << 20);
  await client.write(post(body).slice(0, -10));
  // It has not looked at the answer yet, and goes on.
  await client.write(body.slice(0, 10) + post("one")).catch(() => {});
  const answers = await client.answers();
  assertEquals([statuses(answers), served], [["401"], 1]);
  assertMatch(answers, /^connection: close$/im);
});

test("who waits to be asked for a body is asked when it is read, and not where it is refused", async (isSecure) => {
  await using site = await Site.open(isSecure, async (request) => {
    return pathOf(request) === "/read"
      ? new Response(await request.text())
      : new Response(null, { status: 401 });
  });
  const waits = (path: string) =>
    get(path, "Expect: 100-continue", "Content-Length: 4").replace("GET", "POST");
  assertEquals(statuses(await site.answers(waits("/"))), ["401"]);
  const client = await site.dial();
  await client.write(waits("/read"));
  assertEquals(await client.answers(/\r\n\r\n/), "HTTP/1.1 100 Continue\r\n\r\n");
  await client.write("body");
  assertMatch(await client.answers(/body/), /^HTTP\/1\.1 200 OK\r\n/);
});

test("requests sent ahead are answered one after the other, in order", async (isSecure) => {
  const served: string[] = [];
  let underWay = 0;
  await using site = await Site.open(isSecure, async (request) => {
    assertEquals(++underWay, 1);
    await turns(10);
    served.push(await request.text());
    underWay--;
    return new Response(`answer ${served.length}\n`);
  });
  const answers = await site.answers(post("one") + post("two") + post("three", "/", CLOSE));
  assertEquals(served, ["one", "two", "three"]);
  assertEquals(answers.match(/^answer \d$/gm), ["answer 1", "answer 2", "answer 3"]);
});

test("who sends requests ahead without end is cut off", async (isSecure) => {
  const go = Promise.withResolvers<void>();
  let served = 0;
  await using site = await Site.open(isSecure, async () => {
    served++;
    await go.promise;
    return new Response();
  });
  const client = await site.dial();
  await client.write(get().repeat(1_000)).catch(() => {});
  await client.answers().catch(() => {});
  go.resolve();
  await site.shutdown();
  assertEquals(site.broken, ["UNANSWERED_MANY"]);
  assert(served <= 1, `${served} requests of one connection were served at once`);
});

test("what cannot be read is refused behind the answers to what could", async (isSecure) => {
  const go = Promise.withResolvers<void>();
  await using site = await Site.open(isSecure, async () => {
    await go.promise;
    return new Response("taken");
  });
  const client = await site.dial();
  await client.write(post("one") + "This is not HTTP\r\n\r\n");
  while (site.broken.length === 0) await turns();
  go.resolve();
  assertEquals(statuses(await client.answers()), ["200", "400"]);
  assertEquals(site.broken.length, 1);
});

test("a head that is late is refused, from its first byte on", async (isSecure) => {
  await using site = await Site.open(isSecure, () => new Response(), { headMsMax: 200 });
  assertEquals(statuses(await site.answers(get().slice(0, 20))), ["408"]);
  assertEquals(site.broken, ["HEAD_LATE"]);
});

test("who says nothing is parted from in form, and that is no refusal", async (isSecure) => {
  await using site = await Site.open(isSecure, () => new Response(), { headMsMax: 200, idleMsMax: 200 });
  // By TLS a connection that is cut, and not closed, fails here.
  assertEquals(await site.answers(""), "");
  assertEquals(statuses(await site.answers(get())), ["200"]);
  assertEquals(site.broken, []);
});

test("a body is taken from the client only as fast as it is read", async (isSecure) => {
  const go = Promise.withResolvers<void>(), size = 64 << 20;
  await using site = await Site.open(isSecure, async (request) => {
    await go.promise;
    let length = 0;
    for await (const piece of request.body!) length += piece.length;
    return new Response(`length ${length}`);
  });
  const client = await site.dial();
  await client.write(get("/", `Content-Length: ${size}`, CLOSE).replace("GET", "POST"));
  const writing = client.write(new Uint8Array(size));
  for (let written = -1; written < client.written;) {
    written = client.written;
    await turns(100);
  }
  assert(client.written < size / 2, `${client.written} bytes were taken, and nobody read them`);
  go.resolve();
  await writing;
  assertMatch(await client.answers(), /length 67108864$/);
});

test("a handler hears that its client has gone", async (isSecure) => {
  const begun = Promise.withResolvers<void>(), gone = Promise.withResolvers<void>();
  await using site = await Site.open(isSecure, async ({ signal }) => {
    signal.addEventListener("abort", () => gone.resolve());
    begun.resolve();
    await gone.promise;
    return new Response();
  });
  const client = await site.dial();
  await client.write(get());
  await begun.promise;
  client.close();
  await gone.promise;
  assertEquals(site.broken, [], "who leaves has broken no rule");
});

test("a server that shuts down answers what is under way, and takes no more", async (isSecure) => {
  const begun = Promise.withResolvers<void>(), go = Promise.withResolvers<void>();
  await using site = await Site.open(isSecure, async (request) => {
    if (pathOf(request) === "/idle") return new Response("idle");
    begun.resolve();
    await go.promise;
    return new Response(pathOf(request));
  });
  const [busy, idle] = [await site.dial(), await site.dial()];
  await idle.write(get("/idle"));
  await idle.answers(/idle$/);
  await busy.write(get("/one") + get("/two"));
  await begun.promise;
  const shut = site.shutdown();
  assertEquals(await idle.answers(), "");
  go.resolve();
  const answers = await busy.answers();
  assertMatch(answers, /\r\n\r\n\/one[^]*\r\nconnection: close\r\n[^]*\/two$/i);
  await shut;
});
