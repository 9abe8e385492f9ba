import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { listenError } from "../_kit/http/serving.ts";
import { isLoopback } from "../_kit/net/loopback.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { port } from "../_kit/probe/port.ts";
import { ownCertificate } from "../_kit/probe/tls.ts";
import type { ListenerCode } from "./_errors.ts";
import type { config } from "./_listener_spec.ts";

/** Whether requests can come. No provider is asked anything: that would take credentials to use them. */
export function probeListener(tools: ProbeTools<typeof config, ListenerCode>): Probe {
  const { config: { host, port: number, tls }, error } = tools;
  const failed = (cause: unknown) => listenError("FAX", tools, { host, port: number }, cause);
  const refused: Attempt = {
    step: "settings",
    msMax: 1_000,
    run: () => Promise.reject(error("FAX_PLAIN_REFUSED", { host })),
    failed,
  };
  return probe(tools, [
    ...ownCertificate("FAX", tls, tools),
    ...(tls || isLoopback(host) ? [] : [refused]),
    port({ ...tools, host, port: number, failed }),
  ]);
}
