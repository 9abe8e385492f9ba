import { declareErrors } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import type { ChannelState, GatewaySnapshot } from "../engine/events.ts";
import type { RunningGateway } from "../engine/gateway_api.ts";
import type { MemoryUse } from "./metrics.ts";

/** What can keep a monitor from being served. */
export const monitorErrors = declareErrors("monitor", {
  MONITOR_PORT_UNAVAILABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot serve monitor: port {port} is not free",
  },
});

/** An open monitor. */
export interface Monitor {
  /** The port that was really taken. */
  readonly port: number;
  /** Resolves when requests under way are answered. */
  close(): Promise<void>;
}

/** The machine's own address only: whoever wants to look from elsewhere puts a proxy with a login in front. */
const HOST = "127.0.0.1";

/**
 * Serves on loopback, for GET and HEAD:
 *
 * - `/health`: 200 while the process answers and its journal is open, otherwise 503: restart it.
 * - `/ready`: 200 while every channel runs and takes messages, otherwise 503 and which do not.
 * - `/metrics`: for Prometheus.
 *
 * Errors: MONITOR_PORT_UNAVAILABLE.
 *
 * @param options `port` 0 takes a free one
 */
export async function openMonitor(
  gateway: Pick<RunningGateway, "name" | "observe" | "snapshot">,
  { net }: Pick<World, "net">,
  { port, memoryUse }: { readonly port: number; readonly memoryUse?: () => MemoryUse },
): Promise<Monitor> {
  const { measure } = await import("./metrics.ts");
  const metrics = measure(gateway, memoryUse);
  const pages: Readonly<Record<string, () => Response | Promise<Response>>> = {
    "/health": () => health(gateway.snapshot()),
    "/ready": () => readiness(gateway.snapshot()),
    "/metrics": async () => page(200, metrics.contentType, await metrics.render()),
  };
  const server = await net.serveHttp({ host: HOST, port }, (request) => respond(request, pages)).catch(
    (cause) => {
      metrics.stop();
      return monitorErrors.fail("MONITOR_PORT_UNAVAILABLE", { port }, cause);
    },
  );
  return {
    port: server.port,
    async close() {
      metrics.stop();
      await server.shutdown();
    },
  };
}

async function respond(
  { method, url }: Request,
  pages: Readonly<Record<string, () => Response | Promise<Response>>>,
): Promise<Response> {
  const { pathname } = new URL(url);
  if (!Object.hasOwn(pages, pathname)) return json(404, { pages: Object.keys(pages) });
  if (method !== "GET" && method !== "HEAD") {
    const refused = json(405, { allow: ["GET", "HEAD"] });
    refused.headers.set("allow", "GET, HEAD");
    return refused;
  }
  const response = await pages[pathname]();
  return method === "GET" ? response : new Response(null, response);
}

function health({ name, journal }: GatewaySnapshot): Response {
  const isHealthy = journal.condition === "open";
  return json(isHealthy ? 200 : 503, { gateway: name, healthy: isHealthy, journal: journal.condition });
}

function readiness({ name, ready, journal, channels }: GatewaySnapshot): Response {
  const notReady = channels.filter((channel) => channel.condition !== "running" || !channel.isOpen);
  const isReady = ready && journal.condition === "open" && notReady.length === 0;
  return json(isReady ? 200 : 503, {
    gateway: name,
    ready: isReady,
    journal: journal.condition,
    notReady: notReady.map(whyNot),
  });
}

function whyNot({ name, condition, isOpen, work }: ChannelState): Record<string, unknown> {
  return { channel: name, condition, open: isOpen, ...(work.trouble ? { trouble: work.trouble } : {}) };
}

function json(status: number, content: unknown): Response {
  return page(status, "application/json", `${JSON.stringify(content)}\n`);
}

function page(status: number, contentType: string, content: string): Response {
  return new Response(content, {
    status,
    headers: {
      "content-type": contentType,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
