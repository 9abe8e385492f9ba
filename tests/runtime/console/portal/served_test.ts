import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { Gateway } from "mitral";
import { Users } from "../../../../runtime/console/portal/users/users.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { pki } from "../../../world/pki.ts";
import { TlsSite } from "../../../world/tls_site.ts";
import { writeMasterKey } from "../../../world/master_key.ts";
import { run, start, withFolder } from "../console_kit.ts";
import { FakeGateway } from "../fake_gateway.ts";

const PASSWORD = "correct horse battery";

const file = (reviews: string) =>
  `gateway: my-gateway
reviews: ${reviews}
channels:
  inbox:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { files: { file: { path: ./outbox } } }
`;

function withSite(reviews: string, use: (cwd: string) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), file(reviews));
    await Deno.mkdir(join(cwd, "outbox"));
    await writeMasterKey(cwd);
    const users = new Users(denoWorld.disk, join(cwd, "data"));
    await Deno.mkdir(join(cwd, "data"), { mode: 0o700 });
    const ann = { name: "ann", role: "reviewer", isSamePerson: false, password: PASSWORD } as const;
    await users.add(ann, { by: "root", world: denoWorld });
    await use(cwd);
  });
}

/** Signs in as a browser would; what came of it. */
async function signIn(
  url: string,
  password: string,
  client?: Deno.HttpClient,
): Promise<{ readonly status: number; readonly cookie: string }> {
  const response = await fetch(`${url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    ...(client ? { client } : {}),
    headers: { origin: url },
    body: new URLSearchParams({ name: "ann", password }),
  });
  await response.body?.cancel();
  return { status: response.status, cookie: response.headers.get("set-cookie") ?? "" };
}

Deno.test("run serves the review page, says where, and writes down who signs in", () =>
  withSite("{ port: 0 }", async (cwd) => {
    const gateway = new FakeGateway();
    const { terminal, exitCode } = start(["run", "gateway.yaml"], { cwd, gateway });
    const [, url] = await terminal.printed(/review page (http:\S+)/);
    assertEquals((await signIn(url, "wrong")).status, 401);
    const { status, cookie } = await signIn(url, PASSWORD);
    assertEquals(status, 303);
    assertMatch(cookie, /^mitral-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const logins = gateway.asked.filter(([what]) => what === "noteLogin").map(([, login]) => login);
    assertEquals(logins, [{ code: "PORTAL_SIGN_IN_REFUSED", by: "ann" }, { by: "ann" }]);
    // What is changed beside the gateway is told at the latest when it stops.
    await new Users(denoWorld.disk, join(cwd, "data")).remove("ann", { by: "bob", world: denoWorld });
    terminal.interrupt();
    assertEquals(await exitCode, 0);
    const told = [gateway.users[0], gateway.users.at(-1)!].flat();
    assertEquals(told.map(({ name, role, by }) => [name, role, by]), [
      ["ann", "reviewer", "root"],
      ["ann", undefined, "bob"],
    ]);
    assert(!JSON.stringify(told).includes("argon2"));
  }));

Deno.test("run ends where the review page cannot be served, and says why", () =>
  withSite("{ port: 1, tls: { certificate: ./gateway.yaml, key: ./gateway.yaml } }", async (cwd) => {
    const { code, err } = await run(["run", "gateway.yaml"], { cwd });
    assert(code !== 0);
    assertStringIncludes(err, "PORTAL_CERTIFICATE_UNFIT");
  }));

Deno.test("a gateway in a program of somebody else's serves its page until it is closed", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  await withSite(`{ port: ${port} }`, async (cwd) => {
    const url = `http://127.0.0.1:${port}`;
    await using gateway = await Gateway.open(join(cwd, "gateway.yaml"));
    const { status, cookie } = await signIn(url, PASSWORD);
    assertEquals(status, 303);
    const page = await fetch(url, { headers: { cookie: cookie.split(";")[0] } });
    assertStringIncludes(await page.text(), "There is none.");
    const logins = async () => {
      const { entries } = await gateway.ledger.ask({ ask: "entries", from: 0, limit: 100 });
      return entries.map(({ entry }) => entry).filter(({ kind }) => kind === "login");
    };
    // It is written behind the answer.
    while ((await logins()).length === 0) await denoWorld.clock.turn();
    assertEquals((await logins()).map(({ by, outcome }) => [by, outcome]), [["ann", "accepted"]]);
    await gateway.close();
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  });
});

Deno.test("by TLS the cookie is for this host alone, and travels by TLS alone", async () => {
  await using site = await TlsSite.open();
  const certificate = await site.write("server.pem", pki.server.chain || pki.server.certificate);
  const key = await site.write("server.key", pki.server.key);
  await withSite(
    `{ port: 0, host: localhost, tls: { certificate: ${certificate}, key: ${key} } }`,
    async (cwd) => {
      const { terminal, exitCode } = start(["run", "gateway.yaml"], { cwd });
      const [, url] = await terminal.printed(/review page (https:\S+)/);
      using client = Deno.createHttpClient({ caCerts: [pki.root.certificate] });
      const { status, cookie } = await signIn(url, PASSWORD, client);
      assertEquals(status, 303);
      assertMatch(cookie, /^__Host-mitral=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
      terminal.interrupt();
      assertEquals(await exitCode, 0);
    },
  );
});
