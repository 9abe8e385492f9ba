import type { Fault } from "../../../runtime/contract/error.ts";
import { httpFaults } from "../../_kit/http/faults.ts";

/** What can go wrong while listening. */
export const errors = {
  ...httpFaults("HTTPS"),
  HTTPS_PORT_MISSING: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot listen: port is needed, unless a service around the gateway hands over requests (mount: true)",
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
} as const satisfies Record<string, Fault>;

/** A declared code of the listener. */
export type ListenerCode = keyof typeof errors;
