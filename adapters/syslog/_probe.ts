import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Attempt } from "../_kit/probe/attempts.ts";
import { reach } from "../_kit/probe/reach.ts";
import { callingTls } from "../_kit/probe/tls.ts";
import { callError } from "../_kit/tls/calling.ts";
import type { config, errors } from "./_sender_spec.ts";

/** Whether the collector can be called. It takes everything: what it makes of a message, it tells nobody. */
export function attempts(tools: ProbeTools<typeof config, keyof typeof errors>): readonly Attempt[] {
  const { config: { host, port, tls, connectMsMax }, error } = tools;
  const speaks = callingTls("SYSLOG", tls, tools);
  return reach({
    ...tools,
    host,
    port,
    ...(speaks ? { tls: speaks } : {}),
    msMax: connectMsMax,
    failed: (cause) => callError("SYSLOG", tools, { host, port }, cause),
    late: (cause) => error("SYSLOG_CONNECT_LATE", { host, port, connectMsMax }, cause),
  });
}
