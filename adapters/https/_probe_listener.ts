import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { listenError } from "../_kit/http/serving.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { port } from "../_kit/probe/port.ts";
import { ownCertificate } from "../_kit/probe/tls.ts";
import type { config } from "./_listener_spec.ts";
import { isLoopback } from "../_kit/net/loopback.ts";
import type { ListenerCode } from "./receiving/errors.ts";

/** Whether requests can come: by a port of its own, or from the service around the gateway. */
export function probeListener(tools: ProbeTools<typeof config, ListenerCode>): Probe {
  const { config: { host, port: number, path, tls }, error } = tools;
  const failed = (cause: unknown) => listenError("HTTPS", tools, { host, port: number ?? 0 }, cause);
  const mounted: Attempt = {
    step: "settings",
    msMax: 1_000,
    run: () => Promise.resolve(`requests to ${path} come from the service around the gateway`),
    failed,
  };
  if (number === undefined) return probe(tools, [mounted]);
  const refused: Attempt = {
    ...mounted,
    run: () => Promise.reject(error("HTTPS_PLAIN_REFUSED", { host })),
  };
  return probe(tools, [
    ...ownCertificate("HTTPS", tls, tools),
    ...(tls || isLoopback(host) ? [] : [refused]),
    port({ ...tools, host, port: number, failed }),
  ]);
}
