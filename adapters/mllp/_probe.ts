import type { MitralError } from "../../runtime/contract/error.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import type { World } from "../../runtime/contract/world.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { port } from "../_kit/probe/port.ts";
import { reach } from "../_kit/probe/reach.ts";
import { connectCode, type connectErrors, listenCode, type listenErrors } from "./connecting/errors.ts";
import { netCode } from "./connecting/net_codes.ts";

/** What the listener's and the sender's connection test have in common. */
interface Tools {
  readonly world: World;
  readonly signal: AbortSignal;
  readonly isRunning: boolean;
  readonly config: {
    readonly role: "server" | "client";
    readonly host?: string;
    readonly port: number;
    readonly connectMsMax: number;
  };
  error(
    code: keyof typeof connectErrors | keyof typeof listenErrors,
    facts: Readonly<Record<string, string | number>>,
    cause?: unknown,
  ): MitralError;
}

/**
 * Whether the peer can be called, or its calls be waited for. MLLP has no message that asks for nothing, so none is
 * sent: what a peer does with one, `mitral send` tells.
 */
export function probeWay(tools: Tools): Probe {
  const { config: { role, connectMsMax, host = "127.0.0.1", port: number }, error } = tools;
  const way = { ...tools, host, port: number };
  const facts = (cause: unknown) => ({ host, port: number, reason: netCode(cause) });
  const attempts = role === "server"
    ? [port({ ...way, failed: (cause) => error(listenCode(cause), facts(cause), cause) })]
    : reach({
      ...way,
      msMax: connectMsMax,
      failed: (cause) => error(connectCode(cause), facts(cause), cause),
      late: (cause) => error("MLLP_CONNECT_LATE", { host, port: number, connectMsMax }, cause),
    });
  return probe(tools, attempts);
}
