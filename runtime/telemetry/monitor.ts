import { declareErrors } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import type { RunningGateway } from "../engine/gateway_api.ts";
import type { MemoryUse } from "./metrics.ts";
import { monitorPages } from "./pages.ts";

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
 * Serves the {@linkcode monitorPages} on loopback. Errors: MONITOR_PORT_UNAVAILABLE.
 *
 * @param options `port` 0 takes a free one
 */
export async function openMonitor(
  gateway: Pick<RunningGateway, "observe" | "snapshot" | "statistics">,
  { net }: Pick<World, "net">,
  { port, memoryUse }: { readonly port: number; readonly memoryUse?: () => MemoryUse },
): Promise<Monitor> {
  const { measure } = await import("./metrics.ts");
  const metrics = measure(gateway, memoryUse);
  const respond = monitorPages(gateway, () => Promise.resolve(metrics));
  const server = await net.serveHttp({ host: HOST, port }, respond).catch(
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
