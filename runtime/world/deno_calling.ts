import net, { type Socket } from "node:net";
import type { ClientTls } from "../contract/tls.ts";
import type { Connection } from "../contract/world.ts";
import { StreamConnection } from "./deno_sockets.ts";
import { explained, lossOf, secureClient } from "./deno_tls.ts";

/** Connects, and speaks TLS as a client. Rejects with the platform's error, a `TlsFailure` or the signal's reason. */
export async function callSecurely(
  host: string,
  port: number,
  tls: ClientTls,
  { signal, keepAlive = true }: { readonly signal?: AbortSignal; readonly keepAlive?: boolean } = {},
): Promise<Connection> {
  const dialled = async () => (await dial(host, port, signal)).setKeepAlive(keepAlive, KEEP_ALIVE_MS);
  const { stream, known } = await secureClient(dialled, host, tls, signal ? { signal } : {});
  return new StreamConnection(stream, `${host}:${port}`, known, explained, lossOf(stream));
}

const KEEP_ALIVE_MS = 60_000;

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
