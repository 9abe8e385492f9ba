import { assert, assertEquals } from "@std/assert";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import sender from "../../../adapters/https/sender.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import type { FetchOptions, World } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { fakeNet } from "../../world/fake_net.ts";
import { certify, pki } from "../../world/pki.ts";
import { configOf, openSender, worldWith } from "../../world/tools.ts";
import { ConnectProxy } from "./connect_proxy.ts";
import { codeOf, openLine, parcelWith } from "./sender_line.ts";

const never = new AbortController().signal;

/** A server that says it is `registry.example`, and takes whatever comes. */
async function registry(): Promise<AsyncDisposable & { readonly port: number }> {
  const { chain, key } = certify("registry.example", { by: pki.root, names: ["registry.example"] });
  const server = createServer({ cert: chain, key }, (request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** This machine, trusting the root of the test's certificates. */
function trusting(): Partial<World> {
  const tls = { anchors: [pki.root.certificate], versionMin: "1.2" } as const;
  return {
    net: { ...denoWorld.net, fetch: (request, options) => denoWorld.net.fetch(request, { ...options, tls }) },
  };
}

Deno.test("https reaches a peer by a proxy that alone knows the way, and signs in there", async () => {
  await using server = await registry();
  await using proxy = await ConnectProxy.open(server.port);
  await using rig = await openSender(sender, {
    url: "https://registry.example/hl7",
    proxy: { url: proxy.url, user: "mitral", password: secretOf("p@ss:word") },
  }, { world: worldWith(new FakeClock(), trusting()) });
  for (let at = 0; at < 3; at++) {
    assertEquals(await rig.sender.send(parcelWith(), never), { kind: "accepted" });
  }
  const asked = ["registry.example:443", `Basic ${btoa("mitral:p@ss:word")}`] as const;
  // A way that is open may be taken again.
  assertEquals(proxy.asked, proxy.asked.map(() => asked));
  assert(proxy.asked.length > 0 && proxy.asked.length < 3, `${proxy.asked.length} ways`);
});

Deno.test("https fails by code where a proxy lets nobody through, or is not there", async () => {
  await using proxy = await ConnectProxy.open(9);
  const config = { url: "https://registry.example/hl7", proxy: { url: proxy.url } };
  await using line = await openLine(config);
  for (const status of [407, 403, 502]) {
    proxy.status = status;
    const end = await line.send();
    assertEquals([codeOf(end), "facts" in end && end.facts], ["HTTPS_PROXY_REFUSED", { status }]);
  }
  await using lost = await openLine({ ...config, proxy: { url: "http://127.0.0.1:9" } });
  assertEquals(codeOf(await lost.send()), "HTTPS_PEER_UNREACHABLE");
});

Deno.test("https leaves the proxy to the environment unless it is told, and goes straight to this machine", async () => {
  const ways: (FetchOptions | undefined)[] = [];
  const net = fakeNet({
    fetch(_request, options) {
      ways.push(options);
      return Promise.resolve(new Response(null, { status: 204 }));
    },
  });
  const wayTo = async (url: string, proxy?: string) => {
    const world = worldWith(new FakeClock(), { net });
    await using rig = await openSender(sender, { url, ...(proxy === undefined ? {} : { proxy }) } as never, {
      world,
    });
    await rig.sender.send(parcelWith(), never);
    return ways.pop();
  };
  const [away, here] = ["https://registry.example/", "http://127.0.0.1:1/"];
  assertEquals(await wayTo(away), {});
  assertEquals(await wayTo(away, "none"), { proxy: "none" });
  assertEquals(await wayTo(away, "http://proxy.example:3128"), { proxy: "http://proxy.example:3128/" });
  assertEquals(await wayTo(here, "http://proxy.example:3128"), { proxy: "none" });
});

Deno.test("https refuses what is no proxy, without showing it", () => {
  const rulesOf = (proxy: object) =>
    sender.check!(configOf(sender.config, { url: "https://a.example/", proxy: proxy as never }));
  for (const url of ["environment", "none", "http://proxy.example:3128", "http://[::1]:3128/"]) {
    assertEquals(rulesOf({ url }), [], url);
  }
  for (
    const url of [
      "proxy.example",
      "https://proxy.example",
      "socks5://a.example",
      "http://u:hunter2@a.example",
      "http://a.example/x",
    ]
  ) {
    const [{ setting, rule }] = rulesOf({ url });
    assertEquals([setting, rule.includes("hunter2")], ["proxy", false], url);
  }
  const password = secretOf("secret");
  assertEquals(rulesOf({ url: "http://a.example", user: "u" }).length, 1);
  assertEquals(rulesOf({ url: "environment", user: "u", password }).length, 1);
});
