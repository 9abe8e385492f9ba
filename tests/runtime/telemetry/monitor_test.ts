import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { openMonitor } from "../../../runtime/telemetry/monitor.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { moduleGraph } from "../../tidy/_module_graph.ts";
import { CANARY, channelState, everyEvent, ProbeGateway } from "./_probe_gateway.ts";

interface Found {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Runs a monitor for a gateway while `use` asks it. */
async function withMonitor(
  gateway: ProbeGateway,
  use: (ask: (path: string, init?: RequestInit) => Promise<Found>, port: number) => Promise<void>,
): Promise<void> {
  const monitor = await openMonitor(gateway, denoWorld, { port: 0 });
  try {
    await use(async (path, init) => {
      const response = await fetch(`http://127.0.0.1:${monitor.port}${path}`, init);
      return { status: response.status, text: await response.text(), headers: response.headers };
    }, monitor.port);
  } finally {
    await monitor.close();
  }
  assertEquals(gateway.listeners, 0);
}

Deno.test("monitor says that a gateway is healthy while its journal is open", async () => {
  const gateway = new ProbeGateway();
  await withMonitor(gateway, async (ask) => {
    const { status, text, headers } = await ask("/health");
    assertEquals([status, headers.get("content-type"), headers.get("cache-control")], [
      200,
      "application/json",
      "no-store",
    ]);
    assertEquals(JSON.parse(text), { gateway: "st-elsewhere", healthy: true, journal: "open" });
    gateway.journal = { ...gateway.journal, condition: "failed" };
    const failed = await ask("/health");
    assertEquals([failed.status, JSON.parse(failed.text).healthy], [503, false]);
  });
});

Deno.test("monitor says which channels are not ready", async () => {
  const gateway = new ProbeGateway();
  await withMonitor(gateway, async (ask) => {
    const ready = await ask("/ready");
    assertEquals([ready.status, JSON.parse(ready.text).notReady], [200, []]);
    const { work } = channelState("x");
    const halted = channelState("halted", {
      condition: "halted",
      work: { ...work, trouble: "SET_BODY_UNSUPPORTED" },
    });
    gateway.channels = [channelState("lab"), halted, channelState("full", { isOpen: false })];
    const { status, text } = await ask("/ready");
    assertEquals(status, 503);
    assertEquals(JSON.parse(text), {
      gateway: "st-elsewhere",
      ready: false,
      journal: "open",
      notReady: [
        { channel: "halted", condition: "halted", open: true, trouble: "SET_BODY_UNSUPPORTED" },
        { channel: "full", condition: "running", open: false },
      ],
    });
    gateway.channels = [channelState("lab")];
    gateway.journal = { ...gateway.journal, condition: "failed" };
    assertEquals((await ask("/ready")).status, 503);
    gateway.journal = { ...gateway.journal, condition: "open" };
    gateway.ready = false;
    assertEquals((await ask("/ready")).status, 503);
  });
});

Deno.test("monitor serves metrics without content", async () => {
  const gateway = new ProbeGateway();
  await withMonitor(gateway, async (ask) => {
    gateway.report(...everyEvent());
    const { status, text, headers } = await ask("/metrics");
    assertEquals([status, headers.get("content-type")], [200, "text/plain; version=0.0.4; charset=utf-8"]);
    assertStringIncludes(text, 'mitral_messages_received_total{channel="lab"} 1');
    assert(!text.includes(CANARY), text);
  });
});

Deno.test("monitor answers GET and HEAD only, and only its pages", async () => {
  await withMonitor(new ProbeGateway(), async (ask) => {
    const head = await ask("/health", { method: "HEAD" });
    assertEquals([head.status, head.text, head.headers.get("content-type")], [200, "", "application/json"]);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask("/metrics", { method });
      assertEquals([status, headers.get("allow")], [405, "GET, HEAD"], method);
    }
    for (const path of ["/", "/metrics/", "/toString", "/health/../x"]) {
      assertEquals((await ask(path)).status, 404, path);
    }
    assertEquals((await ask("/health?verbose")).status, 200);
  });
});

Deno.test("monitor fails by code where its port is taken, and stops counting", async () => {
  await withMonitor(new ProbeGateway(), async (_, port) => {
    const gateway = new ProbeGateway();
    const error = await assertRejects(() => openMonitor(gateway, denoWorld, { port }), MitralError);
    assertEquals([error.code, error.facts], ["MONITOR_PORT_UNAVAILABLE", { port }]);
    assertEquals(gateway.listeners, 0);
  });
});

Deno.test("monitor loads nothing of prom-client before it is opened", async () => {
  const { all, atOnce } = await moduleGraph("runtime/telemetry/monitor.ts");
  assert(all.has("runtime/telemetry/metrics.ts"), "the check sees no metrics at all");
  assertEquals([...atOnce].filter((name) => name.endsWith("metrics.ts") || name.includes("prom-client")), []);
});
