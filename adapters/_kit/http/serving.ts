import type { AdapterTools } from "../../../runtime/contract/adapter.ts";
import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import type { Clock, HttpServer, RequestFacts } from "../../../runtime/contract/world.ts";
import { Door, type DoorCode, type DoorTools } from "../limits/door.ts";
import { isLoopback } from "../net/loopback.ts";
import { netCode } from "../net/net_codes.ts";
import type { ServingTlsCode } from "../tls/faults.ts";
import { openServing, type Serving } from "../tls/serving.ts";
import type { ServerTlsSettings } from "../tls/settings.ts";
import type { HttpCode } from "./faults.ts";

/** What answers requests. */
export interface RequestHandler {
  handle(request: Request, facts: RequestFacts): Response | Promise<Response>;
  /** Reads no more; resolves when everything handed over has its answer. */
  stop(): Promise<void>;
  /** Answers what is under way as if nothing had been taken. */
  drop(): Promise<void>;
}

/** What a server needs of what its listener is given. */
export interface HttpTools<Owner extends string>
  extends Pick<AdapterTools<never, never>, "world" | "partners" | "report"> {
  readonly config: DoorTools<Owner>["config"] & {
    readonly host: string;
    readonly tls?: ServerTlsSettings | undefined;
    readonly headMsMax: number;
    readonly idleMsMax: number;
    readonly stallMsMax: number;
  };
  error(
    code: HttpCode<Owner> | DoorCode<Owner> | ServingTlsCode<Owner>,
    facts?: Facts,
    cause?: unknown,
  ): MitralError;
}

/** A server of a listener. */
export interface HttpServing {
  /** The port that was really taken; 0 where there is none. */
  readonly port: number;
  /** Where a path of it is: `https://127.0.0.1:8443/fax`. */
  address(path: string): string;
  /** Takes no more requests; resolves when those under way are answered, and their answers had time to leave. */
  stop(): Promise<void>;
  /** Waits for no answer of the channel. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long answers may take to leave. A client that stalls in the middle of its body keeps its connection longer. */
const LINGER_MS = 2_000;

/**
 * Serves requests, by TLS where the config has it; without TLS, on a loopback address only. Without a `port` there is no
 * socket. `owner`: the listener's name in capitals.
 *
 * Errors: OWNER_PLAIN_REFUSED, OWNER_PORT_BUSY, OWNER_LISTEN_FAILED, and those of its TLS.
 */
export async function serveRequests<const Owner extends string>(
  owner: Owner,
  tools: HttpTools<Owner>,
  port: number | undefined,
  requests: RequestHandler,
): Promise<HttpServing> {
  const { config: { host, tls: settings }, world: { clock } } = tools;
  const tls = await openServing(owner, settings, tools);
  const server = port === undefined ? unserved : await take(owner, tools, port, requests, tls);
  const end = async (finish: () => Promise<void>) => {
    tls[Symbol.dispose]();
    const shut = server.shutdown();
    await finish();
    await waitFor(shut, LINGER_MS, clock);
  };
  return {
    port: server.port,
    address: (path) =>
      `${settings ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${server.port}${path}`,
    stop: () => end(() => requests.stop()),
    [Symbol.asyncDispose]: () => end(() => requests.drop()),
  };
}

const unserved: HttpServer = { port: 0, shutdown: () => Promise.resolve(), review() {} };

async function take<const Owner extends string>(
  owner: Owner,
  tools: HttpTools<Owner>,
  port: number,
  requests: RequestHandler,
  tls: Serving,
): Promise<HttpServer> {
  const { world, config, error, report } = tools, { host, headMsMax, idleMsMax, stallMsMax } = config;
  if (!config.tls && !isLoopback(host)) throw error(`${owner}_PLAIN_REFUSED`, { host });
  const { enter } = new Door(owner, tools);
  const broken = (peer: string, detail: string) => {
    const { code } = error(`${owner}_REQUEST_BROKEN`, { detail });
    report({ name: "requestBroken", facts: { peer, code, detail } });
  };
  const options = { host, port, headMsMax, idleMsMax, stallMsMax, enter, broken, ...tls.options };
  try {
    const server = await world.net.serveHttp(options, (request, facts) => requests.handle(request, facts));
    tls.guard(server);
    return server;
  } catch (cause) {
    tls[Symbol.dispose]();
    throw listenError(owner, tools, { host, port }, cause);
  }
}

/** The declared error for the platform's while listening. */
export function listenError<const Owner extends string>(
  owner: Owner,
  { error }: Pick<HttpTools<Owner>, "error">,
  { host, port }: { readonly host: string; readonly port: number },
  cause: unknown,
): MitralError {
  const reason = netCode(cause);
  return reason === "EADDRINUSE"
    ? error(`${owner}_PORT_BUSY`, { host, port }, cause)
    : error(`${owner}_LISTEN_FAILED`, { host, port, reason }, cause);
}

/** Resolves when `work` does, or after `ms` without it. */
function waitFor(work: Promise<void>, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = clock.after(ms, resolve);
    work.then(resolve, reject).finally(forget);
  });
}
