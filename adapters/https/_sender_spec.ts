import type { SendTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { bytes, durationMs, integer, map, text } from "../../runtime/contract/spec.ts";

/** Settings of the sender. */
export const config = {
  url: text("Where messages are posted to. Plain http is allowed to this machine only.", {
    example: "https://registry.example/hl7",
  }),
  answerMsMax: durationMs("How long the peer may take from the connection to the end of its answer.", {
    default: 30_000,
    min: 1,
  }),
  answerBytesMax: bytes("Largest answer read.", { default: 1024 * 1024, min: 1 }),
  connections: integer("Messages on their way at once.", { default: 1, min: 1, max: 256 }),
  headers: map(
    "Headers sent with every message, as they stand here.",
    "header",
    text("Its value."),
    { default: {}, example: { "X-Sending-Facility": "0042" } },
  ),
} as const;

/** What can go wrong while sending. */
export const errors = {
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
