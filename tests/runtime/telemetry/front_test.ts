import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { frontOf } from "../../../runtime/telemetry/front.ts";
import { CANARY, everyEvent, ProbeGateway, troubleWithCanary } from "./_probe_gateway.ts";

/** A gateway with one mounted channel, `intake` at `/patients`. */
class MountedGateway extends ProbeGateway {
  readonly handed: string[] = [];
  trouble: Error | undefined;

  mountedAt(path: string): string | undefined {
    return path === "/patients" ? "intake" : undefined;
  }
  async handle(channel: string, request: Request, peer: string): Promise<Response> {
    if (this.trouble) throw this.trouble;
    this.handed.push(`${channel} ${request.method} ${await request.text()} ${peer}`);
    return new Response("taken");
  }
}

const requestFor = (path: string, init?: RequestInit) => new Request(`https://service.example${path}`, init);

Deno.test("front hands requests for a mounted channel to it, whatever else the address says", async () => {
  const gateway = new MountedGateway();
  const front = frontOf(gateway);
  for (const path of ["/patients", "/patients?from=app"]) {
    const response = await front(requestFor(path, { method: "POST", body: "body" }), "192.0.2.7:1");
    assertEquals([response.status, await response.text()], [200, "taken"]);
  }
  assertEquals(gateway.handed, ["intake POST body 192.0.2.7:1", "intake POST body 192.0.2.7:1"]);
  assertEquals((await front(requestFor("/patients/1"), "")).status, 404);
});

Deno.test("front serves the monitor's pages, and counts from the first request for metrics on", async () => {
  const gateway = new MountedGateway();
  const front = frontOf(gateway, () => ({ residentBytes: 7, heapBytes: 3 }));
  for (const path of ["/health", "/ready"]) assertEquals((await front(requestFor(path), "")).status, 200);
  assertEquals(gateway.listeners, 0);
  gateway.report(...everyEvent());
  await (await front(requestFor("/metrics"), "")).text();
  gateway.report(...everyEvent());
  const text = await (await front(requestFor("/metrics"), "")).text();
  assertEquals(gateway.listeners, 1);
  assertStringIncludes(text, 'mitral_messages_received_total{channel="lab"} 1\n');
  assertStringIncludes(text, "mitral_process_resident_bytes 7");
});

Deno.test("front asks a client of a channel that does not run to come again, without quoting anything", async () => {
  const gateway = new MountedGateway();
  gateway.trouble = troubleWithCanary("GATEWAY_CHANNEL_SILENT");
  const response = await frontOf(gateway)(requestFor("/patients", { method: "POST", body: CANARY }), CANARY);
  const text = await response.text();
  assertEquals([response.status, response.headers.get("retry-after")], [503, "5"]);
  assertEquals(JSON.parse(text).code, "GATEWAY_CHANNEL_SILENT");
  assert(!text.includes("Error:"), text);
});

Deno.test("front lets through what is no declared error: the service around it decides", async () => {
  const gateway = new MountedGateway();
  gateway.trouble = new TypeError("a bug");
  const thrown = await frontOf(gateway)(requestFor("/patients"), "").catch((cause) => cause);
  assert(thrown instanceof TypeError && !(thrown instanceof MitralError));
});
