import { Buffer } from "node:buffer";
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ClientTls, PeerCertificate } from "../contract/tls.ts";
import type { FetchOptions } from "../contract/world.ts";
import { dial } from "./deno_calling.ts";
import { environmentProxy } from "./deno_proxy.ts";
import { explained, lossOf, secureClient } from "./deno_tls.ts";
import { tunnel } from "./deno_tunnel.ts";

/** What TLS is spoken where the options say nothing of it: that of the web. */
const WEB: ClientTls = { versionMin: "1.2" };

/**
 * As `fetch`, without its redirects: with a client certificate, a pinned server, or by a proxy. Connections are kept for
 * the next request of the same way, in one pool for each `tls` object and proxy. What asks for none of it, and a proxy by
 * TLS that the environment names, are the platform's own.
 */
export async function fetchBy(request: Request, { tls, proxy }: FetchOptions): Promise<Response> {
  const url = new URL(request.url);
  const by = proxy ?? proxyFor(request.url);
  if (!tls && (by === undefined || by.startsWith("https:"))) return await fetch(request);
  return await fetchOver(request, url, {
    ...(tls ? { tls } : {}),
    ...(by === undefined || by === "none" ? {} : { proxy: by }),
  });
}

/** The proxy that the environment names for a URL. */
export function proxyFor(url: string): string | undefined {
  return environmentProxy(new URL(url), variable);
}

/** One that this program may not read is not there. */
function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

async function fetchOver(request: Request, url: URL, options: FetchOptions): Promise<Response> {
  const { signal } = request;
  signal.throwIfAborted();
  const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = begin(url, request, body, options);
  const stop = () => {
    // As long as it has no connection it does not say that it is destroyed.
    reject(signal.reason);
    outgoing.destroy(signal.reason);
  };
  signal.addEventListener("abort", stop, { once: true });
  outgoing.once("response", resolve);
  outgoing.on("error", reject);
  // A connection that was lost before the request had it is no error to the platform.
  outgoing.once("close", () => {
    const { socket } = outgoing;
    reject((socket && lossOf(socket)) ?? Object.assign(new Error("lost"), { code: "ECONNRESET" }));
  });
  outgoing.end(body);
  try {
    return responseOf(await promise, signal, stop);
  } catch (cause) {
    signal.removeEventListener("abort", stop);
    // An answer that is none leaves its connection open.
    outgoing.destroy();
    throw signal.aborted ? signal.reason : explained(cause);
  }
}

function begin(
  url: URL,
  { method, headers, signal }: Request,
  body: Buffer | undefined,
  options: FetchOptions,
): ClientRequest {
  const isSecure = url.protocol === "https:";
  const given: Record<string, string> = { ...Object.fromEntries(headers), host: url.host };
  if (body) given["content-length"] = String(body.length);
  return http.request({
    agent: agentFor(options),
    method,
    // Read by `createConnection` of the agent; connections of one origin alone are shared.
    host: url.hostname,
    port: Number(url.port) || (isSecure ? 443 : 80),
    path: url.pathname + url.search,
    headers: given,
    isSecure,
    givenUp: signal,
  } as http.RequestOptions);
}

/** Where a request goes, as the agent hands it on. */
interface Way {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** That of the request it is made for. */
  readonly givenUp: AbortSignal;
}

/** What a request goes out on. */
interface Connected {
  readonly stream: Duplex;
  /** Of the server, where it has shown one. */
  readonly certificate?: PeerCertificate;
}

class WayAgent extends http.Agent {
  readonly #options: FetchOptions;
  readonly #open = new Set<Connected>();

  constructor(options: FetchOptions) {
    super({ keepAlive: true, maxFreeSockets: 16, timeout: IDLE_MS_MAX });
    this.#options = options;
  }

  override getName(options: http.RequestOptions): string {
    const { host, port, isSecure } = options as unknown as Way;
    return `${isSecure ? "s" : "p"}:${host}:${port}`;
  }

  override createConnection(
    options: unknown,
    connected?: (cause: Error | null, stream: Duplex) => void,
  ): Duplex {
    connectTo(options as Way, this.#options).then(
      (made) => {
        this.#open.add(made);
        made.stream.once("close", () => this.#open.delete(made));
        connected?.(null, made.stream);
      },
      (cause) => connected?.(cause, undefined as never),
    );
    // Nothing now: the other way a connection may be given.
    return undefined as never;
  }

  hangUp(stay: (server: PeerCertificate) => boolean): void {
    for (const { stream, certificate } of this.#open) {
      if (!certificate || !stay(certificate)) stream.destroy();
    }
  }
}

const IDLE_MS_MAX = 60_000;
/** By what makes connections different; the settings of a sender are one object for as long as it is open. */
const agents = new WeakMap<object, Map<string, WayAgent>>();

function agentFor(options: FetchOptions): WayAgent {
  const byProxy = agents.get(options.tls ?? WEB) ?? new Map<string, WayAgent>();
  agents.set(options.tls ?? WEB, byProxy);
  const key = options.proxy ?? "";
  const agent = byProxy.get(key) ?? new WayAgent(options);
  byProxy.set(key, agent);
  return agent;
}

/** As `hangUp` of the contract's `Net`. */
export function hangUp(tls: ClientTls, stay: (server: PeerCertificate) => boolean = () => false): void {
  for (const agent of agents.get(tls)?.values() ?? []) agent.hangUp(stay);
}

async function connectTo(
  { host, port, isSecure, givenUp: signal }: Way,
  { tls = WEB, proxy }: FetchOptions,
): Promise<Connected> {
  const dialled = () =>
    proxy === undefined ? dial(host, port, signal) : tunnel(new URL(proxy), `${host}:${port}`, signal);
  if (!isSecure) return { stream: await dialled() };
  const { stream, known } = await secureClient(dialled, host, tls, { protocols: ["http/1.1"], signal });
  return { stream, ...(known.certificate ? { certificate: known.certificate } : {}) };
}

function responseOf(incoming: IncomingMessage, signal: AbortSignal, stop: () => void): Response {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1]);
  }
  const over = () => signal.removeEventListener("abort", stop);
  const status = incoming.statusCode ?? 0;
  if (status === 204 || status === 205 || status === 304) {
    incoming.resume();
    incoming.once("end", over);
    return new Response(null, { status, headers });
  }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      incoming.pause();
      incoming.on("data", (piece: Uint8Array) => {
        incoming.pause();
        controller.enqueue(new Uint8Array(piece));
      });
      incoming.once("end", () => {
        over();
        controller.close();
      });
      const broken = (cause?: unknown) => {
        over();
        try {
          controller.error(cause ?? new Error("The answer broke off"));
        } catch {
          // It had ended.
        }
      };
      incoming.once("error", broken);
      incoming.once("close", () => incoming.complete || broken());
    },
    pull: () => void incoming.resume(),
    cancel() {
      over();
      incoming.destroy();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { status, headers });
}
