import { MitralError } from "../contract/error.ts";
import type { RunningGateway } from "../engine/gateway_api.ts";
import type { MemoryUse, Metrics } from "./metrics.ts";
import { json, monitorPages } from "./pages.ts";

/** Answers a request for a gateway; `peer` is who it is from. */
export type Front = (request: Request, peer: string) => Promise<Response>;

/**
 * A gateway as one HTTP handler, for the server of the service around it: requests for a mounted channel go to that
 * channel, all others to the {@linkcode monitorPages}. Metrics are counted from the first request for them on.
 */
export function frontOf(
  gateway: Pick<RunningGateway, "snapshot" | "statistics" | "observe" | "mountedAt" | "handle">,
  memoryUse?: () => MemoryUse,
): Front {
  let metrics: Promise<Metrics> | undefined;
  const pages = monitorPages(gateway, () => metrics ??= measured());
  return async (request, peer) => {
    const channel = gateway.mountedAt(new URL(request.url).pathname);
    return channel === undefined ? await pages(request) : await hand(channel, request, peer);
  };

  async function measured(): Promise<Metrics> {
    const { measure } = await import("./metrics.ts");
    return measure(gateway, memoryUse);
  }

  async function hand(channel: string, request: Request, peer: string): Promise<Response> {
    try {
      return await gateway.handle(channel, request, peer);
    } catch (cause) {
      if (!(cause instanceof MitralError)) throw cause;
      const silent = json(503, cause);
      silent.headers.set("retry-after", RETRY_AFTER_SECONDS);
      return silent;
    }
  }
}

/** Of a channel that is stopped: its settings, which say how long a client is asked to wait, belong to its listener. */
const RETRY_AFTER_SECONDS = "5";
