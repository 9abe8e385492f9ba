import {
  choice,
  type Config,
  durationMs,
  type Fields,
  integer,
  text,
  type Unfit,
} from "../../../runtime/contract/spec.ts";
import { eitherTls, unfitTls } from "../tls/settings.ts";
import { hostPattern } from "./host.ts";
import { idleSettings } from "./idle_settings.ts";

/** Where a listener meets its peers: settings of every one over TCP. */
export const receptionSettings = {
  port: integer(
    "Port to listen on; 0 lets the system choose one. At `role: client`, the port of the peer.",
    { min: 0, max: 65535, example: 4001 },
  ),
  host: text(
    "Address to listen on: only this machine, 127.0.0.1, where left out. At `role: client`, the name or address of the " +
      "peer.",
    { optional: true, example: "10.1.2.3", pattern: hostPattern },
  ),
  role: choice(
    "Who opens the connection that messages come in by: `server` waits for peers, `client` calls the peer, and calls " +
      "again when the connection is lost.",
    ["server", "client"],
    { default: "server" },
  ),
  tls: eitherTls,
  connectMsMax: durationMs("At `role: client`: how long the peer may take to accept the connection.", {
    default: 10_000,
    min: 1,
  }),
  redialMsMax: durationMs(
    "At `role: client`: longest wait before the peer is called again. The first is a second, and waits double.",
    { default: 30_000, min: 1_000 },
  ),
} as const;

/** Where a sender meets its peer: settings of every one over TCP. */
export const outletSettings = {
  host: text(
    "Name or address of the peer. At `role: server`, address to listen on: only this machine, 127.0.0.1, where left out.",
    { optional: true, example: "analyser.local", pattern: hostPattern },
  ),
  port: integer("Port of the peer. At `role: server`, port to listen on.", {
    min: 1,
    max: 65535,
    example: 4001,
  }),
  role: choice(
    "Who opens the connection that messages go out by: `client` calls the peer, `server` waits until the peer calls.",
    ["client", "server"],
    { default: "client" },
  ),
  tls: eitherTls,
  connectMsMax: durationMs(
    "How long the peer may take to accept a connection. At `role: server`, how long a message waits for it to call.",
    { default: 10_000, min: 1 },
  ),
} as const;

/** What of a listener's settings does not fit its role. */
export function unfitReception(config: Config<typeof receptionSettings>): Unfit[] {
  const { role, host, port, tls } = config;
  const unfit = unfitTls(tls, role);
  if (role === "server") {
    return [
      ...unfit,
      ...idleSettings(receptionSettings, config, ["connectMsMax", "redialMsMax"], "role: server"),
    ];
  }
  if (host === undefined) unfit.push({ setting: "host", rule: "is needed: the peer to call" });
  if (port === 0) {
    unfit.push({ setting: "port", rule: "must be the port of the peer at role: client, not 0" });
  }
  return unfit;
}

/** What of a listener's door is set, though it lets nobody in but calls. */
export function idleDoor(
  fields: Fields,
  settings: { readonly role: "server" | "client" } & Readonly<Record<string, unknown>>,
): readonly Unfit[] {
  if (settings.role === "server") return [];
  return idleSettings(
    fields,
    settings,
    ["connectionsMax", "connectionsPerAddressMax", "allow"],
    "role: client",
  );
}

/** What of a sender's settings does not fit its role. */
export function unfitOutlet({ role, host, tls }: Config<typeof outletSettings>): Unfit[] {
  const unfit = unfitTls(tls, role);
  if (role === "client" && host === undefined) {
    unfit.push({ setting: "host", rule: "is needed: the peer to call" });
  }
  return unfit;
}
