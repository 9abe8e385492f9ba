import type { AdapterTools } from "../../runtime/contract/adapter.ts";
import type { Facts, Fault, MitralError } from "../../runtime/contract/error.ts";
import { connectFaults } from "../_kit/net/faults.ts";
import { callingFaults } from "../_kit/tls/faults.ts";

/** What can go wrong with a relay, for listener and sender alike. */
export const connectingErrors = {
  ...connectFaults("RELAY"),
  ...callingFaults("RELAY"),
  RELAY_SERVERS_UNFIT: {
    blame: "operator",
    retry: "never",
    says: "Cannot connect: servers must be wss://HOST, tls://HOST:PORT or, on this machine, nats://HOST:PORT",
  },
  RELAY_IDENTITY_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot connect: the gateway has no key for relays",
  },
  RELAY_PROXY_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: the proxy does not let us through to {host} port {port} (status {status})",
  },
  RELAY_UPGRADE_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: {host} port {port} does not speak WebSocket there",
  },
  RELAY_GREETING_BROKEN: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: {host} port {port} does not speak NATS",
  },
  RELAY_SIGN_IN_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot sign in: {host} port {port} does not know the gateway's key for relays, {key}",
  },
  RELAY_SERVER_OLD: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot use relay: {host} port {port} runs NATS {version}, and {versionMin} is the oldest that is safe",
  },
  RELAY_MAILBOX_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot use relay: {host} port {port} has no mailbox {mailbox} for this gateway",
  },
  RELAY_MAILBOX_UNFIT: {
    blame: "operator",
    retry: "later",
    says: "Cannot use relay: {setting} of the mailbox {mailbox} must be {rule}",
  },
  RELAY_SYNC_UNSAFE: {
    blame: "operator",
    retry: "later",
    says: "Cannot use relay: nobody has made sure that {host} port {port} runs with sync_interval: always",
  },
  RELAY_ANSWER_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use relay: no answer within answerMsMax ({answerMsMax})",
  },
  RELAY_ANSWER_BROKEN: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use relay: its answer cannot be read",
  },
  RELAY_CONNECTION_LOST: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use relay: the connection was lost",
  },
  RELAY_ADDRESSEE_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: the relay has no mailbox {mailbox}, or lets us send nothing there",
  },
  RELAY_MAILBOX_FULL: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send: the mailbox {mailbox} is full",
  },
  RELAY_FRAME_REFUSED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send: the relay does not store the frame (error {code})",
  },
  RELAY_FRAME_BROKEN: {
    blame: "sender",
    retry: "never",
    says: "Cannot read frame: {why}",
  },
  RELAY_RECEIPT_FOREIGN: {
    blame: "sender",
    retry: "never",
    says: "Cannot take receipt: it came from another mailbox than the message went to",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** A declared code that listener and sender share. */
export type ConnectingCode = keyof typeof connectingErrors;

/** What both are given, as far as their common parts use it. */
export interface RelayTools
  extends Pick<AdapterTools<never, never>, "world" | "partners" | "relay" | "report"> {
  error(code: ConnectingCode, facts?: Facts, cause?: unknown): MitralError;
}
