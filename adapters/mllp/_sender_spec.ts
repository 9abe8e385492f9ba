import type { SendTools } from "../../runtime/contract/adapter.ts";
import type { Unfit } from "../../runtime/contract/spec.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import {
  bytes,
  choice,
  type Config,
  durationMs,
  integer,
  text,
  toggle,
} from "../../runtime/contract/spec.ts";
import { connectFaults, listenFaults } from "../_kit/net/faults.ts";
import { callingFaults, servingFaults } from "../_kit/tls/faults.ts";
import { eitherTls, unfitTls } from "../_kit/tls/settings.ts";
import { hostPattern } from "../_kit/settings/host.ts";
import { idleSettings } from "../_kit/settings/idle_settings.ts";
import { releaseErrors } from "./_release_errors.ts";

/** Settings of the sender. */
export const config = {
  host: text(
    "Name or address of the peer. At `role: server`, address to listen on: only this machine, 127.0.0.1, where left out.",
    { optional: true, example: "ehr.local", pattern: hostPattern },
  ),
  port: integer("Port of the peer. At `role: server`, port to listen on.", {
    min: 1,
    max: 65535,
    example: 2575,
  }),
  role: choice(
    "Who opens the connection that messages go out by: `client` calls the peer, `server` waits until the peer calls.",
    ["client", "server"],
    { default: "client" },
  ),
  tls: eitherTls,
  release: integer(
    "Release of MLLP: 1, or 2 with its commit acknowledgments. The peer must speak the same.",
    { min: 1, max: 2, default: 1 },
  ),
  connectMsMax: durationMs(
    "How long the peer may take to accept a connection. At `role: server`, how long a message waits for it to call.",
    { default: 10_000, min: 1 },
  ),
  answerMsMax: durationMs(
    "How long the peer may take to answer a message, from when it has nothing older to answer on that connection.",
    { default: 30_000, min: 1 },
  ),
  applicationMsMax: durationMs(
    "Where the peer answers a message with a commit (HL7 CA), and the message asks for the application's answer, too " +
      "(AL or SU in MSH-16): how long that may take, on the same connection; the delivery ends by it. 0: it ends by " +
      "the commit, and the other answer is dropped.",
    { default: 0 },
  ),
  keepAlive: toggle("Keeps the connection between messages.", { default: true }),
  idleMsMax: durationMs(
    "Closes a connection that had nothing to do for so long, before a firewall forgets it; 0: never. Not at " +
      "`role: server`, where the peer decides.",
    { default: 300_000 },
  ),
  connections: integer("Connections used at once. At `role: server`, the peer must open as many.", {
    default: 1,
    min: 1,
    max: 256,
  }),
  inFlightMax: integer(
    "Messages of one connection that may be unanswered at once; 1 where it is not kept. The peer must answer in the " +
      "order of the messages. Helps where `order` lets several run at once.",
    { default: 1, min: 1, max: 1024 },
  ),
  betweenMsMin: durationMs(
    "Shortest time between a message, or the answer to one, and the next message, over all connections.",
    { default: 0 },
  ),
  frameBytesMax: bytes("Largest answer.", { default: 10 * 1024 * 1024, min: 1 }),
  endMsMax: durationMs(
    "How long to wait for the CR of an answer's end after its FS; then the answer counts as ended without. 0: " +
      "such an answer never ends.",
    { default: 250 },
  ),
  commitMsMax: durationMs("At `release: 2`: how long the peer may take to commit a message.", {
    default: 10_000,
    min: 1,
  }),
  resendsMax: integer(
    "At `release: 2`: how often a message is sent again at once that the peer could not commit; then it counts as failed.",
    { default: 2, min: 0, max: 100 },
  ),
} as const;

/** What does not fit together. */
export function check(settings: Config<typeof config>): readonly Unfit[] {
  const { role, host, release, keepAlive, applicationMsMax, inFlightMax } = settings;
  const idle = (names: readonly (keyof typeof config)[], beside: string) =>
    idleSettings(config, settings, names, beside);
  return [
    ...(role === "client" && host === undefined
      ? [{ setting: "host", rule: "is needed: the peer to call" }]
      : []),
    // The peer commits the next message before its application has answered the one before.
    ...(applicationMsMax > 0 && inFlightMax > 1
      ? [{ setting: "inFlightMax", rule: "must be 1 where applicationMsMax waits for a second answer" }]
      : []),
    ...(release === 1 ? idle(["commitMsMax", "resendsMax"], "release: 1") : []),
    ...(role === "server" ? idle(["idleMsMax"], "role: server") : []),
    ...(keepAlive ? [] : idle(["inFlightMax"], "keepAlive: false")),
    ...unfitTls(settings.tls, role),
  ];
}

/** What can go wrong while sending. */
export const errors = {
  ...connectFaults("MLLP"),
  ...listenFaults("MLLP"),
  ...servingFaults("MLLP"),
  ...callingFaults("MLLP"),
  ...releaseErrors,
  MLLP_PEER_ABSENT: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: nobody has called {host} port {port} within connectMsMax ({connectMsMax})",
    isUnsent: true,
  },
  MLLP_ANSWER_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} did not answer within answerMsMax ({answerMsMax})",
  },
  MLLP_APPLICATION_LATE: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot deliver: {host} port {port} has committed the message, and its application did not answer within " +
      "applicationMsMax ({applicationMsMax})",
  },
  MLLP_ANSWER_MISSING: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} closed the connection without an answer",
  },
  MLLP_ANSWER_EMPTY: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} answered with an empty frame",
  },
  MLLP_ANSWER_TOO_LARGE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot read answer: larger than frameBytesMax ({frameBytesMax})",
  },
  MLLP_ANSWER_BROKEN: {
    blame: "receiver",
    retry: "later",
    says: "Cannot read answer: {host} port {port} sent {bytes} bytes that are no whole frame",
  },
  MLLP_COMMIT_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} did not commit the message within commitMsMax ({commitMsMax})",
  },
  MLLP_COMMIT_REFUSED: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot deliver: {host} port {port} could not commit the message, nor after resendsMax ({resendsMax}) repetitions",
  },
  MLLP_FLIGHT_BROKEN: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot deliver: the connection to {host} port {port} was closed because of another message in flight on it",
  },
  MLLP_MESSAGE_UNFIT: {
    blame: "sender",
    retry: "never",
    says: "Cannot send message: within its {bytes} bytes stands what ends or starts a frame",
  },
  MLLP_SENDER_CLOSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send message: the sender is closed",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What the sender is given. */
export type Tools = SendTools<typeof config, keyof typeof errors>;
