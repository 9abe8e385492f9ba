import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Facts, MitralError } from "../../runtime/contract/error.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import type { Spec } from "../../runtime/contract/spec.ts";
import { type ConnectCode, type ListenCode, listenCode } from "../_kit/net/faults.ts";
import { netCode } from "../_kit/net/net_codes.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { port } from "../_kit/probe/port.ts";
import { reach } from "../_kit/probe/reach.ts";
import { callingTls, ownCertificate } from "../_kit/probe/tls.ts";
import { callError } from "../_kit/tls/calling.ts";
import type { CallingTlsCode, ServingTlsCode } from "../_kit/tls/faults.ts";
import { asServer, type EitherTlsSettings } from "../_kit/tls/settings.ts";

type Code = ListenCode<"MLLP"> | ConnectCode<"MLLP"> | CallingTlsCode<"MLLP"> | ServingTlsCode<"MLLP">;

/** What the listener's and the sender's connection test have in common. */
interface Tools extends Omit<ProbeTools<Spec, string>, "config" | "error" | "fail"> {
  readonly config: {
    readonly role: "server" | "client";
    readonly host?: string;
    readonly port: number;
    readonly connectMsMax: number;
    readonly tls?: EitherTlsSettings;
  };
  error(code: Code, facts?: Facts, cause?: unknown): MitralError;
}

/**
 * Whether the peer can be called, or its calls be waited for. MLLP has no message that asks for nothing, so none is
 * sent: what a peer does with one, `mitral send` tells.
 */
export function probeWay(tools: Tools): Probe {
  const { config: { role, connectMsMax, host = "127.0.0.1", port: number, tls }, error } = tools;
  const at = { host, port: number };
  if (role === "server") {
    const failed = (cause: unknown) =>
      error(listenCode("MLLP", cause), { ...at, reason: netCode(cause) }, cause);
    return probe(tools, [
      ...ownCertificate("MLLP", asServer(tls), tools),
      port({ ...tools, ...at, failed }),
    ]);
  }
  const speaks = callingTls("MLLP", tls, tools);
  return probe(
    tools,
    reach({
      ...tools,
      ...at,
      ...(speaks ? { tls: speaks } : {}),
      msMax: connectMsMax,
      failed: (cause) => callError("MLLP", tools, at, cause),
      late: (cause) => error("MLLP_CONNECT_LATE", { ...at, connectMsMax }, cause),
    }),
  );
}
