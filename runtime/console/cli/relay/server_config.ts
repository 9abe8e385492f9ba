import { SERVER_VERSION_MIN } from "./mailboxes.ts";

/** What the server's configuration is made from. Paths are absolute. */
export interface ServerWish {
  readonly name: string;
  /** Address of this machine on which partners are met. */
  readonly host: string;
  /** For NATS in WebSocket over TLS. */
  readonly wssPort: number;
  /** For NATS over TLS, which the operator's tool speaks. */
  readonly tlsPort: number;
  /** For what is measured, on loopback. */
  readonly monitorPort: number;
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
  /** Folder of the mailboxes. */
  readonly store: string;
  /** What all of them may hold together. */
  readonly storeBytesMax: number;
  /** The largest frame that is taken. */
  readonly frameBytesMax: number;
  /** Name of the file, beside this one, that says who may do what. */
  readonly accounts: string;
}

/** The configuration of `nats-server`. It is written once, and the operator's to change. */
export function serverConfig(wish: ServerWish): string {
  const certificate = `    cert_file: ${quoted(wish.certificate)}
    key_file: ${quoted(wish.key)}
    min_version: "1.2"
    timeout: 10`;
  return `# A relay for sealed messages between Mitral gateways, for nats-server ${SERVER_VERSION_MIN} or later.
# This file is yours to change. "mitral relay check" looks whether what MUST be is.
server_name: ${quoted(wish.name)}

# Who may do what. Written by "mitral relay".
include ${quoted(wish.accounts)}

# NATS over TLS. MUST be TLS from the first byte.
listen: ${quoted(`${wish.host}:${wish.tlsPort}`)}
tls {
${certificate}
    handshake_first: true
}

# The same in WebSocket, which passes where the web does. MUST be TLS.
websocket {
    listen: ${quoted(`${wish.host}:${wish.wssPort}`)}
    handshake_timeout: "10s"
    tls {
${certificate.replaceAll(/^/gm, "    ")}
    }
}

jetstream {
    store_dir: ${quoted(wish.store)}
    max_file_store: ${wish.storeBytesMax}
    # MUST be always: what a gateway was told is stored is on the disk then. By the server's own default a power cut
    # takes it away again.
    sync_interval: always
}

# A gateway has a few connections, and a few subscriptions on each.
max_connections: 4096
max_subscriptions: 256
max_payload: ${wish.frameBytesMax}
max_pending: ${Math.max(16 * wish.frameBytesMax, 16 * 1024 * 1024)}
write_deadline: "10s"
ping_interval: "30s"
ping_max: 3

# What is measured. MUST be on loopback: nobody signs in there.
http: ${quoted(`127.0.0.1:${wish.monitorPort}`)}

# MUST be off: a trace shows what is sent, sealed as it is.
debug: false
trace: false
`;
}

/** A text as the server's configuration has it, whose escapes are those that JSON writes. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
