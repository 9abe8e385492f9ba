import type { SendTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { bytes, durationMs, integer, list, map, text, toggle } from "../../runtime/contract/spec.ts";
import { callingFaults } from "../_kit/tls/faults.ts";
import { clientTls } from "../_kit/tls/settings.ts";
import { auth } from "./sending/auth_settings.ts";
import { proxy } from "../_kit/net/proxy.ts";
import { statuses } from "./sending/statuses.ts";

/** Settings of the sender. */
export const config = {
  url: text("Where messages are posted to. Plain http is allowed to this machine only.", {
    example: "https://registry.example/hl7",
  }),
  tls: clientTls,
  answerMsMax: durationMs("How long the peer may take from the connection to the end of its answer.", {
    default: 30_000,
    min: 1,
  }),
  answerBytesMax: bytes("Largest answer read.", { default: 1024 * 1024, min: 1 }),
  connections: integer("Messages on their way at once.", { default: 1, min: 1, max: 256 }),
  headers: map(
    "Headers sent with every message. Their values may have {PATH}s of the message in them, and {id}, {sequence}, {date} and {time}.",
    "header",
    text("Its value."),
    { default: {}, example: { "X-Sending-Facility": "0042", "X-Control-Id": "{MSH-10}" } },
  ),
  contentType: text(
    "Media type sent in place of the format's own, such as that of FHIR in place of JSON's. Not with encrypt.",
    {
      optional: true,
      example: "application/fhir+json",
      pattern: {
        matches: "[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\\s*;\\s*[A-Za-z0-9-]+=[A-Za-z0-9._-]+)*",
        says: "is a media type, such as application/fhir+json",
      },
    },
  ),
  auth,
  idempotencyKey: toggle(
    "Sends an `Idempotency-Key`, the same with every attempt, by which the receiver knows a repetition.",
    { default: true },
  ),
  statuses,
  answerHeaders: list(
    "Headers of the answer that steps of `respond` find in its metadata.",
    text("A header."),
    {
      default: [],
      orOne: true,
      example: ["Location"],
    },
  ),
  proxy,
} as const;

/** What can go wrong while sending. */
export const errors = {
  ...callingFaults("HTTPS"),
  HTTPS_URL_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot send: url must be an absolute http or https URL without a user, a password or a fragment",
  },
  HTTPS_URL_PLAIN: {
    blame: "operator",
    retry: "never",
    says: "Cannot send to {host}: url must start with https:// because plain http would travel in clear",
  },
  HTTPS_HEADER_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot send: the header {header} has a name or a value HTTP does not allow",
  },
  HTTPS_HEADER_RESERVED: {
    blame: "operator",
    retry: "never",
    says: "Cannot send: the header {header} is set by the sender itself",
  },
  HTTPS_HEADER_UNFIT: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot send: what the message has for the header {header} has a control character, or more than {lengthMax} characters",
  },
  HTTPS_PROXY_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: the proxy does not let us through (status {status})",
  },
  HTTPS_TOKEN_UNREACHABLE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot get token: no HTTP exchange with {host}",
    isUnsent: true,
  },
  HTTPS_TOKEN_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot get token: no whole answer within {tokenMsMax} ms, which is half of answerMsMax at most",
    isUnsent: true,
  },
  HTTPS_TOKEN_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot get token: the token endpoint refuses it (status {status}, {reason})",
    isUnsent: true,
  },
  HTTPS_TOKEN_UNREADABLE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot get token: the answer of the token endpoint holds no bearer token",
    isUnsent: true,
  },
  HTTPS_DISCOVERY_FAILED: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot get token: {host} names no https token endpoint in .well-known/smart-configuration (status {status})",
    isUnsent: true,
  },
  HTTPS_KEY_UNUSABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot get token: auth.oauth.key must be a private key, RSA or EC P-384, as JWK or PEM",
    isUnsent: true,
  },
  HTTPS_PEER_UNREACHABLE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send: no HTTP exchange with the peer",
  },
  HTTPS_ANSWER_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send: no whole answer within answerMsMax ({answerMsMax})",
  },
  HTTPS_ANSWER_BROKEN: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send: the answer (status {status}) broke off",
  },
  HTTPS_ANSWER_TOO_LARGE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send: the answer (status {status}) is larger than answerBytesMax ({answerBytesMax})",
  },
  HTTPS_SENDER_CLOSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: the sender is closed",
  },
  HTTPS_REDIRECT_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: the peer redirects (status {status}), and redirects are not followed",
  },
  HTTPS_CREDENTIALS_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: the peer wants other credentials (status {status})",
  },
  HTTPS_ACCESS_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: the peer does not let this gateway in (status {status})",
  },
  HTTPS_URL_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: the peer serves nothing at url (status {status})",
  },
  HTTPS_STATUS_UNEXPECTED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: the peer answers with status {status}, which says nothing about the message",
  },
  HTTPS_PEER_BUSY: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send: the peer asks to come again later (status {status})",
  },
  HTTPS_PEER_FAILED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send: the peer is in trouble (status {status})",
  },
  HTTPS_REQUEST_REJECTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot send: the peer calls the request wrong (status {status})",
  },
  HTTPS_SIZE_REJECTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot send: the peer finds the message too large (status {status})",
  },
  HTTPS_TYPE_REJECTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot send: the peer does not take this media type (status {status})",
  },
  HTTPS_CONTENT_REJECTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot send: the peer does not take this content (status {status})",
  },
} as const satisfies Record<string, Fault>;

/** A declared code of the sender. */
export type SenderCode = keyof typeof errors;

/** What explains an error of the sender. */
export type Facts = Readonly<Record<string, string | number>>;

/** What the sender's parts are given. */
export type Tools = SendTools<typeof config, SenderCode>;
