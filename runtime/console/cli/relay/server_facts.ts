import { type Seen, SERVER_VERSION_MIN } from "./mailboxes.ts";

/** What a server says about itself, as far as a relay depends on it. */
export interface ServerFacts extends Seen {
  readonly name: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly startedMs: number;
  readonly connections: number;
  readonly connectionsMax: number;
  /** The largest frame that is taken. */
  readonly frameBytesMax: number;
  /** What the mailboxes hold together, and may hold. */
  readonly storedBytes: number;
  readonly storeBytesMax: number;
  readonly isTlsRequired: boolean;
  /** Where it speaks WebSocket, and whether by TLS. */
  readonly websocket?: { readonly port: number; readonly isTls: boolean };
  /** Where anybody can see what it measures. */
  readonly monitorHost?: string;
}

/** The facts in a server's answers about itself (`VARZ`) and its storage (`JSZ`). */
export function serverFacts(varz: unknown, jsz: unknown): ServerFacts {
  const server = reader(varz), storage = reader(jsz);
  const websocket = reader(server.websocket), config = reader(storage.config);
  const number = (value: unknown) => typeof value === "number" ? value : 0;
  return {
    name: String(server.server_name ?? ""),
    version: String(server.version ?? ""),
    startedMs: Date.parse(String(server.start)) || 0,
    connections: number(server.connections),
    connectionsMax: number(server.max_connections),
    frameBytesMax: number(server.max_payload),
    isSyncAlways: config.sync_always === true,
    storedBytes: number(storage.storage),
    storeBytesMax: number(config.max_storage),
    isTlsRequired: server.tls_required === true,
    ...(number(websocket.port) > 0
      ? { websocket: { port: number(websocket.port), isTls: websocket.no_tls !== true } }
      : {}),
    ...(number(server.http_port) > 0 || number(server.https_port) > 0
      ? { monitorHost: String(server.http_host ?? "") }
      : {}),
  };
}

/** The fields of an object that came from outside; none where it is no object. */
export function reader(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

/** Why a server is not safe to keep messages on, for want of which setting; `undefined` where nothing is against it. */
export function faultIn({ version, isSyncAlways }: Seen): { setting: string; rule: string } | undefined {
  const isNewEnough = version.localeCompare(SERVER_VERSION_MIN, "en", { numeric: true }) >= 0;
  if (!isNewEnough) return { setting: "nats-server", rule: `of version ${SERVER_VERSION_MIN} or later` };
  return isSyncAlways ? undefined : { setting: "sync_interval", rule: "always" };
}
