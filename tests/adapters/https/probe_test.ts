import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import listener from "../../../adapters/https/listener.ts";
import sender from "../../../adapters/https/sender.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { broken } from "../../world/fake_net.ts";
import { pki } from "../../world/pki.ts";
import { probeOf } from "../../world/tools.ts";

/** A server that answers every request with one status, and what it was asked. */
async function withServer(
  status: number,
  use: (url: string, requests: readonly (readonly [method: string, site: string | null])[]) => Promise<void>,
): Promise<void> {
  const requests: [method: string, site: string | null][] = [];
  const server = await denoWorld.net.serveHttp({ host: "127.0.0.1", port: 0 }, (request) => {
    requests.push([request.method, request.headers.get("x-site")]);
    return new Response(null, { status, headers: status === 302 ? { location: "/other" } : {} });
  });
  await use(`http://127.0.0.1:${server.port}/hl7?token=secret`, requests);
  await server.shutdown();
}

const inTime = { world: denoWorld };

Deno.test("https asks the server what it can do, with its headers, and posts nothing", () =>
  withServer(204, async (url, requests) => {
    const results = await probeOf(sender, { url, headers: { "X-Site": "0042" } }, inTime);
    assertEquals(results.map(({ step, error }) => [step, error?.code]), [
      ["settings", undefined],
      ["connection", undefined],
      ["exchange", undefined],
    ]);
    assertEquals(results.at(-1)?.says, "answers OPTIONS with 204");
    assertEquals(requests, [["OPTIONS", "0042"]]);
    // A query may hold a token.
    assertEquals(JSON.stringify(results).includes("secret"), false);
  }));

Deno.test("https says by code what no message would get past either", async () => {
  const codes: Record<number, string | undefined> = {};
  for (const status of [302, 401, 403, 503, 404, 405]) {
    await withServer(status, async (url) => {
      const results = await probeOf(sender, { url }, inTime);
      codes[status] = results.at(-1)?.error?.code;
      if (status === 405) assertMatch(results.at(-1)!.says, /a message has to tell$/);
    });
  }
  assertEquals(codes, {
    302: "HTTPS_REDIRECT_REFUSED",
    401: "HTTPS_CREDENTIALS_REFUSED",
    403: "HTTPS_ACCESS_REFUSED",
    503: "HTTPS_PEER_BUSY",
    404: undefined,
    405: undefined,
  });
});

Deno.test("https refuses a wrong url before it calls anybody", async () => {
  const [result, ...more] = await probeOf(sender, { url: "http://registry.example/hl7" });
  assertEquals([result.error?.code, more.length], ["HTTPS_URL_PLAIN", 0]);
});

Deno.test("https tries its port, or says who hands it requests", async () => {
  const server = await denoWorld.net.serveHttp({ host: "127.0.0.1", port: 0 }, () => new Response());
  const [busy] = await probeOf(listener, { port: server.port });
  await server.shutdown();
  const [free] = await probeOf(listener, { port: server.port });
  const [mounted] = await probeOf(listener, { mount: true, path: "/hl7" });
  assertEquals([busy.error?.code, free.error?.code], ["HTTPS_PORT_BUSY", undefined]);
  assertEquals([mounted.step, mounted.error], ["settings", undefined]);
});

Deno.test("https shakes hands in a connection test before it asks, with what is pinned for the server", async () => {
  const tls = () => ({ certificate: pki.server.chain, key: pki.server.key, versionMin: "1.2" as const });
  const server = await denoWorld.net.serveHttp({ host: "127.0.0.1", port: 0, tls }, () => new Response());
  const folder = await Deno.makeTempDir();
  const ca = join(folder, "ca.pem");
  await Deno.writeTextFile(ca, pki.root.certificate);
  const url = `https://localhost:${server.port}/hl7`;
  const told = async (tls: { ca: string[] } | undefined) =>
    (await probeOf(sender, { url, ...(tls ? { tls } : {}) }, inTime)).map((
      { step, error },
    ) => [step, error?.code]);
  const reached = [["settings", undefined], ["name", undefined], ["connection", undefined]];
  assertEquals(await told({ ca: [ca] }), [...reached, ["tls", undefined], ["exchange", undefined]]);
  assertEquals(await told(undefined), [...reached, ["tls", "HTTPS_SERVER_UNTRUSTED"]]);
  await Deno.remove(folder, { recursive: true });
  await server.shutdown();
});

Deno.test("https calls its proxy in a connection test, not the server", async () => {
  const asked: string[] = [];
  const net = {
    ...denoWorld.net,
    lookup: (host: string) => Promise.resolve([host]),
    connect({ host, port }: { host: string; port: number }) {
      asked.push(`${host}:${port}`);
      return Promise.reject(broken("ECONNREFUSED"));
    },
  };
  const settings = { url: "https://registry.example/hl7", proxy: { url: "http://proxy.example:3128" } };
  const results = await probeOf(sender, settings, { world: { ...denoWorld, net } });
  assertEquals(results.map(({ step, error }) => [step, error?.code]), [
    ["settings", undefined],
    ["name", undefined],
    ["proxy", "HTTPS_PEER_UNREACHABLE"],
  ]);
  assertEquals(asked, ["proxy.example:3128"]);
});
