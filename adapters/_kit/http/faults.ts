import type { Fault } from "../../../runtime/contract/error.ts";
import { doorErrors } from "../limits/door.ts";
import { type Owned, owned } from "../net/faults.ts";
import { servingFaults } from "../tls/faults.ts";

const faults = {
  PLAIN_REFUSED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot listen on {host}: without TLS only a loopback address such as 127.0.0.1 is allowed, because everything would travel in clear",
  },
  PORT_BUSY: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen on {host}: port {port} is taken by another program",
  },
  LISTEN_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen on {host}, port {port}: the system refuses ({reason})",
  },
  REQUEST_BROKEN: {
    blame: "sender",
    retry: "never",
    says: "Cannot read request: it breaks the rules of HTTP, or takes too long ({detail})",
  },
  PATH_UNKNOWN: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: nothing is served at this path",
  },
  METHOD_UNSUPPORTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: messages are sent with POST",
  },
  SIGN_IN_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: it does not say who it is from, which this listener must know",
  },
  SIGN_IN_WRONG: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: it does not prove who it is from",
  },
  SIGN_IN_BARRED: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: its address has failed to sign in too often",
  },
  RATE_EXCEEDED: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: more than requestsPerSecondMax ({requestsPerSecondMax}) came",
  },
  ENCODING_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot take request: a body with a Content-Encoding is not taken",
  },
  BODY_EMPTY: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: its body is empty",
  },
  BODY_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot take request: its body is larger than bodyBytesMax ({bodyBytesMax})",
  },
  BODY_LATE: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: its body took longer than bodyMsMax ({bodyMsMax})",
  },
  BODY_BROKEN: {
    blame: "sender",
    retry: "later",
    says: "Cannot take request: its body did not arrive whole",
  },
  REQUESTS_TOO_MANY: {
    blame: "receiver",
    retry: "later",
    says: "Cannot take request: requestsMax ({requestsMax}) are under way",
  },
  INTAKE_CLOSED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot take request: the channel takes no messages at the moment",
  },
  REQUEST_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot take request: something broke while it was handled",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** Code of what can go wrong with requests, whatever they carry. */
export type HttpCode<Owner extends string> = `${Owner}_${keyof typeof faults}`;

/** What a listener declares that serves HTTP: its name in capitals gives the codes. */
export function httpFaults<const Owner extends string>(
  owner: Owner,
):
  & ReturnType<typeof doorErrors<Owner>>
  & ReturnType<typeof servingFaults<Owner>>
  & Owned<Owner, typeof faults> {
  return { ...doorErrors(owner), ...servingFaults(owner), ...owned(owner, faults) };
}
