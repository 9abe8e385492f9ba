import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { port } from "../_kit/probe/port.ts";
import type { config, errors } from "./_listener_spec.ts";

/** Whether requests can come: by a port of its own, or from the service around the gateway. */
export function probeListener(tools: ProbeTools<typeof config, keyof typeof errors>): Probe {
  const { config: { host, port: number, path }, error } = tools;
  const failed = (cause: unknown) => {
    const reason = String((cause as { code?: unknown }).code ?? "unknown");
    return reason === "EADDRINUSE"
      ? error("HTTPS_PORT_BUSY", { host, port: number ?? 0 }, cause)
      : error("HTTPS_LISTEN_FAILED", { host, port: number ?? 0, reason }, cause);
  };
  const mounted: Attempt = {
    step: "settings",
    msMax: 1_000,
    run: () => Promise.resolve(`requests to ${path} come from the service around the gateway`),
    failed,
  };
  return probe(tools, [number === undefined ? mounted : port({ ...tools, host, port: number, failed })]);
}
