import type { AdapterTools } from "../../../runtime/contract/adapter.ts";
import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import { type ConnectCode, type ListenCode, listenCode } from "../net/faults.ts";
import { netCode } from "../net/net_codes.ts";
import { callError } from "../tls/calling.ts";
import type { CallingTlsCode, ServingTlsCode } from "../tls/faults.ts";
import { asServer, type EitherTlsSettings } from "../tls/settings.ts";
import type { Attempt } from "./attempts.ts";
import { port } from "./port.ts";
import { reach } from "./reach.ts";
import { callingTls, ownCertificate } from "./tls.ts";

/** What the connection test of an adapter over TCP needs of what it is given. */
export interface WayTools<Owner extends string>
  extends Pick<AdapterTools<never, never>, "world" | "partners" | "report"> {
  readonly isRunning: boolean;
  readonly config: {
    readonly role: "server" | "client";
    readonly host?: string | undefined;
    readonly port: number;
    readonly connectMsMax: number;
    readonly tls?: EitherTlsSettings | undefined;
  };
  error(
    code: ListenCode<Owner> | ConnectCode<Owner> | ServingTlsCode<Owner> | CallingTlsCode<Owner>,
    facts?: Facts,
    cause?: unknown,
  ): MitralError;
}

/** Whether the peer can be called, or its calls be waited for. `owner`: the adapter's name in capitals. */
export function wayAttempts<const Owner extends string>(
  owner: Owner,
  tools: WayTools<Owner>,
): readonly Attempt[] {
  const { config: { role, connectMsMax, host = "127.0.0.1", port: number, tls }, error } = tools;
  const at = { host, port: number };
  if (role === "server") {
    const failed = (cause: unknown) =>
      error(listenCode(owner, cause), { ...at, reason: netCode(cause) }, cause);
    return [...ownCertificate(owner, asServer(tls), tools), port({ ...tools, ...at, failed })];
  }
  const speaks = callingTls(owner, tls, tools);
  return reach({
    ...tools,
    ...at,
    ...(speaks ? { tls: speaks } : {}),
    msMax: connectMsMax,
    failed: (cause) => callError(owner, tools, at, cause),
    late: (cause) => error(`${owner}_CONNECT_LATE`, { ...at, connectMsMax }, cause),
  });
}
