import net, { type Socket } from "node:net";
import { KEEP_ALIVE_MS } from "../contract/keep_alive.ts";
import type { ClientTls } from "../contract/tls.ts";
import type { Connection } from "../contract/world.ts";
import { StreamConnection } from "./deno_sockets.ts";
import { explained, lossOf, secureClient } from "./deno_tls.ts";

/** How a peer is called beside where it is. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly keepAlive?: boolean | undefined;
  readonly tls?: ClientTls | undefined;
  /** The URL of an HTTP proxy. */
  readonly proxy?: string | undefined;
}

/**
 * Connects, by a proxy where one is given, and speaks TLS as a client where it is to be spoken. Rejects with the platform's
 * error, a `TlsFailure` or the signal's reason.
 */
export async function call(
  host: string,
  port: number,
  { signal, keepAlive = true, tls, proxy }: CallOptions = {},
): Promise<Connection> {
  const dialled = async () => {
    const socket = proxy === undefined
      ? await dial(host, port, signal)
      : await (await import("./deno_tunnel.ts")).tunnel(new URL(proxy), `${host}:${port}`, signal);
    return socket.setKeepAlive(keepAlive, KEEP_ALIVE_MS);
  };
  if (!tls) return new StreamConnection(await dialled(), `${host}:${port}`);
  const { stream, known } = await secureClient(dialled, host, tls, signal ? { signal } : {});
  return new StreamConnection(stream, `${host}:${port}`, known, explained, lossOf(stream));
}

/** A connected socket that does not hold small writes back. */
export function dial(host: string, port: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const socket = net.connect({ host: host.replace(/^\[|\]$/g, ""), port });
    const stop = () => {
      socket.destroy();
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
    socket.once("error", (cause) => {
      signal?.removeEventListener("abort", stop);
      reject(cause);
    });
    socket.once("connect", () => {
      signal?.removeEventListener("abort", stop);
      socket.setNoDelay(true);
      socket.removeAllListeners("error");
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}
