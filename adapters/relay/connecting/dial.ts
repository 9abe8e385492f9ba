import type { MitralError } from "../../../runtime/contract/error.ts";
import type { ClientTls } from "../../../runtime/contract/tls.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { hostPort } from "../../_kit/net/host_port.ts";
import { type ProxySettings, proxyTo } from "../../_kit/net/proxy.ts";
import { callError } from "../../_kit/tls/calling.ts";
import type { RelayTools } from "../_errors.ts";
import type { Place } from "./place.ts";

/** How a server is called. */
export interface Dialling {
  readonly tls: ClientTls;
  readonly proxy: ProxySettings;
  readonly signal: AbortSignal;
}

/** Opens a connection on which a server speaks NATS. Rejects with a declared error, or the signal's reason. */
export async function dial(place: Place, tools: RelayTools, dialling: Dialling): Promise<Connection> {
  const { speaks, host, port } = place, { signal } = dialling;
  try {
    const connection = await call(place, tools, dialling);
    if (speaks !== "wss") return connection;
    return await (await import("./web_socket.ts")).openWebSocket(connection, { host, port, signal });
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw dialError(place, tools, cause);
  }
}

/** A TCP connection, by a proxy where there is one, and TLS on it unless NATS is spoken in clear. */
async function call({ speaks, host, port }: Place, { world: { net } }: RelayTools, dialling: Dialling) {
  const { tls, proxy: settings, signal } = dialling;
  const proxy = await proxyTo(new URL(`https://${hostPort(host, port)}/`), settings, net);
  return await net.connect({
    host,
    port,
    signal,
    ...(speaks === "nats" ? {} : { tls }),
    ...(proxy === undefined ? {} : { proxy }),
  });
}

/** The declared error for the platform's. */
export function dialError({ host, port }: Place, tools: RelayTools, cause: unknown): MitralError {
  const { code, status } = cause as { code?: unknown; status?: unknown };
  if (code === "EPROXY") {
    return tools.error("RELAY_PROXY_REFUSED", { host, port, status: Number(status) }, cause);
  }
  if (code === "EUPGRADE") return tools.error("RELAY_UPGRADE_REFUSED", { host, port }, cause);
  return callError("RELAY", tools, { host, port }, cause);
}
