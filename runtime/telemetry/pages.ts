import type { ChannelState, GatewaySnapshot } from "../engine/events.ts";
import type { RunningGateway } from "../engine/gateway_api.ts";
import type { Metrics } from "./metrics.ts";

/**
 * What whoever watches a gateway is answered, for GET and HEAD:
 *
 * - `/health`: 200 while the process answers and its journal is open, otherwise 503. A journal that has failed is opened
 *   again by the gateway itself: to restart that loses nothing, and need not help.
 * - `/ready`: 200 while every channel runs and takes messages, otherwise 503 and which do not.
 * - `/metrics`: for Prometheus.
 *
 * @param metrics asked for when somebody wants to see them
 */
export function monitorPages(
  gateway: Pick<RunningGateway, "snapshot">,
  metrics: () => Promise<Metrics>,
): (request: Request) => Promise<Response> {
  const pages: Readonly<Record<string, () => Response | Promise<Response>>> = {
    "/health": () => health(gateway.snapshot()),
    "/ready": () => readiness(gateway.snapshot()),
    "/metrics": async () => {
      const { contentType, render } = await metrics();
      return page(200, contentType, await render());
    },
  };
  return async ({ method, url }) => {
    const { pathname } = new URL(url);
    if (!Object.hasOwn(pages, pathname)) return json(404, { pages: Object.keys(pages) });
    if (method !== "GET" && method !== "HEAD") {
      const refused = json(405, { allow: ["GET", "HEAD"] });
      refused.headers.set("allow", "GET, HEAD");
      return refused;
    }
    const response = await pages[pathname]();
    return method === "GET" ? response : new Response(null, response);
  };
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
    ...(journal.trouble === undefined ? {} : { trouble: journal.trouble }),
    ...(journal.isStalled ? { stalled: true } : {}),
    ...(journal.disk?.isLow ? { diskLow: true } : {}),
    notReady: notReady.map(whyNot),
  });
}

function whyNot({ name, condition, isOpen, closedBy, work }: ChannelState): Record<string, unknown> {
  return {
    channel: name,
    condition,
    open: isOpen,
    ...(closedBy ? { closedBy } : {}),
    ...(work.trouble ? { trouble: work.trouble } : {}),
  };
}

/** A page of JSON. */
export function json(status: number, content: unknown): Response {
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
