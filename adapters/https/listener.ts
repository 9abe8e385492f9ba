import { defineListener } from "../../runtime/contract/adapter.ts";
import type { Clock, HttpServer } from "../../runtime/contract/world.ts";
import { Door } from "../_kit/limits/door.ts";
import { openServing, type Serving } from "../_kit/tls/serving.ts";
import { check, config, type Tools } from "./_listener_spec.ts";
import { isLoopback } from "../_kit/net/loopback.ts";
import { probeListener } from "./_probe_listener.ts";
import { errors } from "./receiving/errors.ts";
import { Requests } from "./receiving/requests.ts";

/**
 * Takes messages posted over HTTP (RFC 9110), one to a request, and answers each with what the channel says of it;
 * `receiving/reply_response.ts` has the table of statuses. For HL7 v2 that is HL7 over HTTP.
 *
 * A body is read only when its path, method, type and the channel allow it, and never beyond `bodyBytesMax`.
 * Everything refused is answered with problem details (RFC 9457) that carry the error's code.
 *
 * With `mount` it takes requests from the service around the gateway, too, which owns the socket they came by and says
 * who may use it; without a `port` it takes no others.
 */
export default defineListener({
  name: "https",
  about: "Takes messages posted over HTTPS, or over HTTP on this machine.",
  config,
  errors,
  check,
  link: ({ url }) => url === undefined ? undefined : { url },
  probe: probeListener,
  async listen(tools) {
    const { host, port, path, mount } = tools.config;
    const requests = new Requests(tools);
    const tls = await openServing("HTTPS", tools.config.tls, tools);
    const server = port === undefined ? unserved(tools) : await serve(tools, port, requests, tls);
    return {
      address: port === undefined
        ? path
        : `${tools.config.tls ? "https" : "http"}://${
          host.includes(":") ? `[${host}]` : host
        }:${server.port}${path}`,
      handle: async (request, peer) => await requests.handle(request, { peer }),
      ...(mount ? { mounts: (asked: string) => requests.serves(asked) } : {}),
      async stop() {
        tls[Symbol.dispose]();
        const shut = server.shutdown();
        await requests.stop();
        await waitFor(shut, LINGER_MS, tools.world.clock);
      },
      async [Symbol.asyncDispose]() {
        tls[Symbol.dispose]();
        const shut = server.shutdown();
        await requests.drop();
        await waitFor(shut, LINGER_MS, tools.world.clock);
      },
    };
  },
});

/** How long answers may take to leave. A client that stalls in the middle of its body keeps its connection longer. */
const LINGER_MS = 2_000;

/** No socket: whoever runs the gateway has one. */
function unserved({ config, fail }: Tools): HttpServer {
  if (!config.mount) fail("HTTPS_PORT_MISSING");
  return { port: 0, shutdown: () => Promise.resolve(), review() {} };
}

async function serve(
  tools: Tools,
  port: number,
  requests: Requests,
  tls: Serving,
): Promise<HttpServer> {
  const { world, config, fail, error, report } = tools, { host, headMsMax, idleMsMax, stallMsMax } = config;
  if (!config.tls && !isLoopback(host)) fail("HTTPS_PLAIN_REFUSED", { host });
  const { enter } = new Door("HTTPS", tools);
  const broken = (peer: string, detail: string) => {
    const { code } = error("HTTPS_REQUEST_BROKEN", { detail });
    report({ name: "requestBroken", facts: { peer, code, detail } });
  };
  const options = { host, port, headMsMax, idleMsMax, stallMsMax, enter, broken, ...tls.options };
  try {
    const server = await world.net.serveHttp(options, (request, facts) => requests.handle(request, facts));
    tls.guard(server);
    return server;
  } catch (cause) {
    tls[Symbol.dispose]();
    const reason = String((cause as { code?: unknown }).code ?? "unknown");
    if (reason === "EADDRINUSE") fail("HTTPS_PORT_BUSY", { host, port }, cause);
    return fail("HTTPS_LISTEN_FAILED", { host, port, reason }, cause);
  }
}

/** Resolves when `work` does, or after `ms` without it. */
function waitFor(work: Promise<void>, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = clock.after(ms, resolve);
    work.then(resolve, reject).finally(forget);
  });
}
