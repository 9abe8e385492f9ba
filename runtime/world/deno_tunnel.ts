import { Buffer } from "node:buffer";
import http, { type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { dial } from "./deno_calling.ts";

/** A way through a proxy to one host (RFC 9110 section 9.3.6). */
export async function tunnel(proxy: URL, target: string, signal?: AbortSignal): Promise<Socket> {
  // What is said to it, a password too, would go in clear.
  if (proxy.protocol !== "http:") throw new TypeError("Cannot go by a proxy that is spoken to by TLS");
  const socket = await dial(proxy.hostname, Number(proxy.port) || 80, signal);
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const stop = () => {
    socket.destroy();
    reject(signal!.reason);
  };
  signal?.addEventListener("abort", stop, { once: true });
  const asking = http.request({
    method: "CONNECT",
    path: target,
    createConnection: () => socket,
    headers: { host: target, ...credentialsOf(proxy) },
  });
  asking.once("connect", (answer: IncomingMessage) => {
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return resolve(socket);
    socket.destroy();
    reject(
      Object.assign(new Error(`The proxy answers ${statusCode}`), { code: "EPROXY", status: statusCode }),
    );
  });
  asking.on("error", reject);
  asking.end();
  return await promise.finally(() => signal?.removeEventListener("abort", stop));
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const said = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(said).toString("base64")}` };
}
