import type { ListenTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { bytes, durationMs, integer, text, toggle } from "../../runtime/contract/spec.ts";

/** Settings of the listener. */
export const config = {
  port: integer("TCP port; 0 takes any free one. May be left out only with mount.", {
    min: 0,
    max: 65535,
    optional: true,
    example: 8080,
  }),
  mount: toggle(
    "Whether a service that runs the gateway inside itself hands over requests, with gateway.fetch; needs no port.",
    { default: false },
  ),
  host: text("Address to listen on. Without TLS it must be a loopback address.", { default: "127.0.0.1" }),
  path: text("Path messages are posted to. Every other path is unknown.", {
    default: "/",
    example: "/patients",
    pattern: {
      matches: "^/[A-Za-z0-9._~/-]*$",
      says: "starts with / and holds letters, digits and . _ ~ - /",
    },
  }),
  bodyBytesMax: bytes("Largest body taken. The beginning of a larger one goes to quarantine.", {
    default: 10 * 1024 * 1024,
    min: 1,
  }),
  bodyMsMax: durationMs("How long a body may take to arrive.", { default: 60_000, min: 1 }),
  requestsMax: integer("Requests under way at once. More are told to come again.", { default: 128, min: 1 }),
  retryAfterMs: durationMs("How long a client is asked to wait before it comes again, in whole seconds.", {
    default: 5_000,
    min: 1_000,
  }),
} as const;

/** What can go wrong while listening. */
export const errors = {
  HTTPS_PORT_MISSING: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot listen: port is needed, unless a service around the gateway hands over requests (mount: true)",
  },
  HTTPS_PLAIN_REFUSED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot listen on {host}: without TLS only a loopback address such as 127.0.0.1 is allowed, because everything would travel in clear",
  },
  HTTPS_PORT_BUSY: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen on {host}: port {port} is taken by another program",
  },
  HTTPS_LISTEN_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen on {host}, port {port}: the system refuses ({reason})",
  },
  HTTPS_PATH_UNKNOWN: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: nothing is served at this path",
  },
  HTTPS_METHOD_UNSUPPORTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: messages are sent with POST",
  },
  HTTPS_TYPE_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot take request: its Content-Type is none of those this channel reads",
  },
  HTTPS_ENCODING_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot take request: a body with a Content-Encoding is not taken",
  },
  HTTPS_BODY_EMPTY: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: its body is empty",
  },
  HTTPS_BODY_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: its body is larger than bodyBytesMax ({bodyBytesMax})",
  },
  HTTPS_BODY_LATE: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: its body took longer than bodyMsMax ({bodyMsMax})",
  },
  HTTPS_BODY_BROKEN: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: its body did not arrive whole",
  },
  HTTPS_REQUESTS_TOO_MANY: {
    blame: "receiver",
    retry: "later",
    says: "Cannot take request: requestsMax ({requestsMax}) are under way",
  },
  HTTPS_INTAKE_CLOSED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot take request: the channel takes no messages at the moment",
  },
  HTTPS_REQUEST_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot take request: something broke while it was handled",
  },
} as const satisfies Record<string, Fault>;

/** What the listener's parts are given. */
export type Tools = ListenTools<typeof config, keyof typeof errors>;
