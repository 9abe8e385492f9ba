import type { Fault } from "../../../runtime/contract/error.ts";
import { netTrouble } from "./net_codes.ts";

/** Why this machine does not let us listen. */
export const listenErrors = {
  MLLP_PORT_BUSY: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen: port {port} of {host} is taken by another program",
  },
  MLLP_PORT_FORBIDDEN: {
    blame: "operator",
    retry: "never",
    says: "Cannot listen: the system does not allow port {port} of {host}",
  },
  MLLP_HOST_FOREIGN: {
    blame: "operator",
    retry: "never",
    says: "Cannot listen: {host} is no address of this machine",
  },
  MLLP_PORT_UNUSABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen: the system refuses port {port} of {host} ({reason})",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** Why a peer cannot be called. */
export const connectErrors = {
  MLLP_PEER_UNREACHABLE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot connect: {host} port {port} refuses or cannot be reached ({reason})",
  },
  MLLP_CONNECT_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot connect: {host} port {port} did not accept within connectMsMax ({connectMsMax})",
  },
  MLLP_HOST_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: the name {host} has no address",
  },
  MLLP_HOST_FORBIDDEN: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: this program may not reach {host} port {port}",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** The two sides speak different releases of MLLP. */
export const releaseErrors = {
  MLLP_RELEASE_NEWER: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot go on with {peer}: it sends commit acknowledgments, as in MLLP release 2, and release is 1 here",
  },
  MLLP_RELEASE_OLDER: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot go on with {peer}: it answers without a commit acknowledgment, as in MLLP release 1, and release is 2 here",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** The code for the platform's error while listening. */
export function listenCode(cause: unknown): keyof typeof listenErrors {
  const trouble = netTrouble(cause);
  if (trouble === "busy") return "MLLP_PORT_BUSY";
  if (trouble === "forbidden") return "MLLP_PORT_FORBIDDEN";
  if (trouble === "notOurs" || trouble === "unknownHost") return "MLLP_HOST_FOREIGN";
  return "MLLP_PORT_UNUSABLE";
}

/** The code for the platform's error while connecting. */
export function connectCode(cause: unknown): keyof typeof connectErrors {
  const trouble = netTrouble(cause);
  if (trouble === "unknownHost") return "MLLP_HOST_UNKNOWN";
  return trouble === "forbidden" ? "MLLP_HOST_FORBIDDEN" : "MLLP_PEER_UNREACHABLE";
}
