import type { Fault } from "../../../runtime/contract/error.ts";
import { netTrouble } from "./net_codes.ts";

/** Faults under the codes of one component: `PORT_BUSY` of `TCP` is `TCP_PORT_BUSY`. */
export type Owned<Owner extends string, F extends Readonly<Record<string, Fault>>> = {
  readonly [Noun in keyof F & string as `${Owner}_${Noun}`]: F[Noun];
};

const listening = {
  PORT_BUSY: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen: port {port} of {host} is taken by another program",
  },
  PORT_FORBIDDEN: {
    blame: "operator",
    retry: "never",
    says: "Cannot listen: the system does not allow port {port} of {host}",
  },
  HOST_FOREIGN: {
    blame: "operator",
    retry: "never",
    says: "Cannot listen: {host} is no address of this machine",
  },
  PORT_UNUSABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen: the system refuses port {port} of {host} ({reason})",
  },
} as const satisfies Readonly<Record<string, Fault>>;

const connecting = {
  PEER_UNREACHABLE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot connect: {host} port {port} refuses or cannot be reached ({reason})",
    isUnsent: true,
  },
  CONNECT_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot connect: {host} port {port} did not accept within connectMsMax ({connectMsMax})",
    isUnsent: true,
  },
  HOST_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: the name {host} has no address",
    isUnsent: true,
  },
  HOST_FORBIDDEN: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: this program may not reach {host} port {port}",
    isUnsent: true,
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** Code for why this machine does not let a component listen. */
export type ListenCode<Owner extends string> = `${Owner}_${keyof typeof listening}`;

/** Code for why a component cannot call a peer. */
export type ConnectCode<Owner extends string> = `${Owner}_${keyof typeof connecting}`;

/** Why this machine does not let a component listen; facts: `host`, `port`, `reason`. */
export function listenFaults<const Owner extends string>(owner: Owner): Owned<Owner, typeof listening> {
  return owned(owner, listening);
}

/** Why a component cannot call a peer; facts: `host`, `port`, `reason`, `connectMsMax`. */
export function connectFaults<const Owner extends string>(owner: Owner): Owned<Owner, typeof connecting> {
  return owned(owner, connecting);
}

/** The code for the platform's error while listening. */
export function listenCode<const Owner extends string>(owner: Owner, cause: unknown): ListenCode<Owner> {
  const trouble = netTrouble(cause);
  if (trouble === "busy") return `${owner}_PORT_BUSY`;
  if (trouble === "forbidden") return `${owner}_PORT_FORBIDDEN`;
  if (trouble === "notOurs" || trouble === "unknownHost") return `${owner}_HOST_FOREIGN`;
  return `${owner}_PORT_UNUSABLE`;
}

/** The code for the platform's error while connecting; `OWNER_CONNECT_LATE` is the component's own to say. */
export function connectCode<const Owner extends string>(owner: Owner, cause: unknown): ConnectCode<Owner> {
  const trouble = netTrouble(cause);
  if (trouble === "unknownHost") return `${owner}_HOST_UNKNOWN`;
  return trouble === "forbidden" ? `${owner}_HOST_FORBIDDEN` : `${owner}_PEER_UNREACHABLE`;
}

/** Faults under the codes of one component. */
export function owned<Owner extends string, F extends Readonly<Record<string, Fault>>>(
  owner: Owner,
  faults: F,
): Owned<Owner, F> {
  return Object.fromEntries(
    Object.entries(faults).map(([noun, fault]) => [`${owner}_${noun}`, fault]),
  ) as Owned<Owner, F>;
}
