import type { Fault } from "../../../runtime/contract/error.ts";
import { servingFaults } from "../../_kit/tls/faults.ts";
import { doorErrors } from "../../_kit/limits/door.ts";

/** What can go wrong while listening. */
export const errors = {
  ...doorErrors("HTTPS"),
  ...servingFaults("HTTPS"),
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
  HTTPS_REQUEST_BROKEN: {
    blame: "sender",
    retry: "never",
    says: "Cannot read request: it breaks the rules of HTTP, or takes too long ({detail})",
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
  HTTPS_SIGN_IN_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: it does not say who it is from, which this listener must know",
  },
  HTTPS_SIGN_IN_WRONG: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: it does not prove who it is from",
  },
  HTTPS_SIGN_IN_BARRED: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: its address has failed to sign in too often",
  },
  HTTPS_CLIENT_UNEXPECTED: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot take request: whoever its certificate belongs to may not use this listener, or not with these credentials",
  },
  HTTPS_SIGNATURE_UNREADABLE: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot take request: its Signature-Input and Signature are not those of RFC 9421 as this listener reads them",
  },
  HTTPS_SIGNATURE_PARTIAL: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: its signature does not cover {missing}",
  },
  HTTPS_SIGNATURE_OLD: {
    blame: "sender",
    retry: "later",
    says:
      "Cannot take request: its signature was not made within signatureAgeMsMax ({signatureAgeMsMax}) by this machine's clock",
  },
  HTTPS_SIGNATURE_REPEATED: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: its signature was used before; each request is signed anew",
  },
  HTTPS_SIGNATURES_FULL: {
    blame: "receiver",
    retry: "later",
    says: "Cannot take request: too many signed requests came within signatureAgeMsMax",
  },
  HTTPS_DIGEST_WRONG: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: its body does not have the Content-Digest that it says",
  },
  HTTPS_DIGEST_UNREADABLE: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: its Content-Digest is neither sha-256 nor sha-512 as RFC 9530 writes them",
  },
  HTTPS_KEY_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: its Idempotency-Key is not one text of 1 to 255 visible characters",
  },
  HTTPS_RATE_EXCEEDED: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: more than requestsPerSecondMax ({requestsPerSecondMax}) came",
  },
  HTTPS_MESSAGE_UNKNOWN: {
    blame: "sender",
    retry: "never",
    says: "Cannot tell state: there is no such message of this sender",
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

/** A declared code of the listener. */
export type ListenerCode = keyof typeof errors;
