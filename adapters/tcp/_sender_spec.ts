import type { SendTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import {
  bytes,
  choice,
  type Config,
  durationMs,
  text,
  toggle,
  type Unfit,
} from "../../runtime/contract/spec.ts";
import { bytesPattern } from "../_kit/bytes/control_characters.ts";
import { outletFaults } from "../_kit/net/outlet.ts";
import { idleSettings } from "../_kit/settings/idle_settings.ts";
import { outletSettings, unfitOutlet } from "../_kit/settings/peer_settings.ts";
import { framingField, unfitFraming } from "./framing/framing.ts";

/** Settings of the sender. */
export const config = {
  ...outletSettings,
  framing: framingField,
  answers: choice(
    "What the peer says of a message: `framed`: an answer of the channel's format, framed as messages are; `fixed`: " +
      "`ack` or `nak`; `none`: nothing. With `none` a message counts as delivered once its bytes are handed to the " +
      "network: nobody knows whether the peer got them.",
    ["framed", "fixed", "none"],
    { default: "framed" },
  ),
  ack: text("At `answers: fixed`: the peer has taken the message. Written as `start` of the framing is.", {
    pattern: bytesPattern,
    default: "ACK",
  }),
  nak: text(
    "At `answers: fixed`: the peer has not taken it; it is sent again as the destination's `retry` says.",
    {
      pattern: bytesPattern,
      default: "NAK",
    },
  ),
  answerMsMax: durationMs("How long the peer may take to take a message and to answer it.", {
    default: 30_000,
    min: 1,
  }),
  keepAlive: toggle("Keeps the connection between messages. Not with `untilClose`.", { default: true }),
  idleMsMax: durationMs(
    "Closes a connection that had nothing to do for so long, before a firewall forgets it; 0: never.",
    { default: 300_000 },
  ),
  frameBytesMax: bytes("Largest answer.", { default: 10 * 1024 * 1024, min: 1 }),
} as const;

/** What does not fit together. */
export function check(settings: Config<typeof config>): readonly Unfit[] {
  const { framing, answers, keepAlive } = settings;
  const idle = (names: readonly (keyof typeof config)[], beside: string) =>
    idleSettings(config, settings, names, beside);
  return [
    ...unfitOutlet(settings),
    ...unfitFraming(framing),
    // Only the end of the connection ends the message: then there is no way back for an answer.
    ...(framing.untilClose && answers !== "none"
      ? [{ setting: "answers", rule: "must be none where the framing is untilClose" }]
      : []),
    ...(answers === "fixed" ? [] : idle(["ack", "nak"], `answers: ${answers}`)),
    ...(answers === "fixed" && settings.ack === settings.nak
      ? [{ setting: "nak", rule: "must not be the same as ack" }]
      : []),
    ...(answers === "framed" ? [] : idle(["frameBytesMax"], `answers: ${answers}`)),
    ...(keepAlive && !framing.untilClose ? [] : idle(["idleMsMax"], "a connection that is not kept")),
  ];
}

/** What can go wrong while sending. */
export const errors = {
  ...outletFaults("TCP"),
  TCP_MESSAGE_UNFIT: {
    blame: "sender",
    retry: "never",
    says: "Cannot send message: its {bytes} bytes do not fit the framing",
  },
  TCP_MESSAGE_REFUSED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} has answered with nak",
  },
  TCP_ANSWER_LATE: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot deliver: {host} port {port} did not take or answer the message within answerMsMax ({answerMsMax})",
  },
  TCP_ANSWER_MISSING: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot deliver: {host} port {port} closed the connection before it had taken or answered the message",
  },
  TCP_ANSWER_EMPTY: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} answered with an empty message",
  },
  TCP_ANSWER_BROKEN: {
    blame: "receiver",
    retry: "later",
    says: "Cannot read answer: what {host} port {port} sent is none, or is larger than frameBytesMax",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What the sender is given. */
export type Tools = SendTools<typeof config, keyof typeof errors>;
