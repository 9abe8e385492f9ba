import type { AdapterTools } from "../../../runtime/contract/adapter.ts";
import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import type { ClientTls } from "../../../runtime/contract/tls.ts";
import { type ConnectCode, type ListenCode, listenCode } from "../net/faults.ts";
import { netCode } from "../net/net_codes.ts";
import { callError, openCalling } from "../tls/calling.ts";
import type { CallingTlsCode, ServingTlsCode } from "../tls/faults.ts";
import { openServing } from "../tls/serving.ts";
import { asServer, type EitherTlsSettings } from "../tls/settings.ts";
import type { Attempt } from "./attempts.ts";
import { port } from "./port.ts";
import { reach } from "./reach.ts";

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
  const way = { ...tools, host, port: number };
  if (role === "client") {
    return reach({
      ...way,
      msMax: connectMsMax,
      ...(tls ? { tls: () => tlsOf(owner, tools) as Promise<ClientTls> } : {}),
      failed: (cause) => callError(owner, tools, { host, port: number }, cause),
      late: () => error(`${owner}_CONNECT_LATE`, { host, port: number, connectMsMax }),
    });
  }
  const failed = (cause: unknown) =>
    error(listenCode(owner, cause), { host, port: number, reason: netCode(cause) }, cause);
  return [...(tls ? [certificates(owner, tools, failed)] : []), port({ ...way, failed })];
}

/** How TLS is spoken with the peer; `undefined` where it is not. */
export async function tlsOf<const Owner extends string>(
  owner: Owner,
  tools: WayTools<Owner>,
): Promise<ClientTls | undefined> {
  using calling = await openCalling(owner, tools.config.tls, tools);
  return calling.current;
}

/** This machine reads a file at once, or its disk hangs. */
const READ_MS_MAX = 10_000;

function certificates<const Owner extends string>(
  owner: Owner,
  tools: WayTools<Owner>,
  failed: (cause: unknown) => MitralError,
): Attempt {
  return {
    step: "settings",
    msMax: READ_MS_MAX,
    async run() {
      using _ = await openServing(owner, asServer(tools.config.tls), tools);
      return "certificate and key can be read, and belong together";
    },
    failed,
    late: () => failed(Object.assign(new Error("the disk does not answer"), { code: "ETIMEDOUT" })),
  };
}
