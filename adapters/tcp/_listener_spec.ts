import type { ListenTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { bytes, choice, type Config, durationMs, text, type Unfit } from "../../runtime/contract/spec.ts";
import { bytesPattern } from "../_kit/bytes/control_characters.ts";
import { doorErrors } from "../_kit/limits/door.ts";
import { crowdSettings, rateSettings, unfitNetworks } from "../_kit/limits/settings.ts";
import { receptionFaults } from "../_kit/net/reception.ts";
import { idleSettings } from "../_kit/settings/idle_settings.ts";
import { idleDoor, receptionSettings, unfitReception } from "../_kit/settings/peer_settings.ts";
import type { Breach } from "./framing/frame_reader.ts";
import { framingField, unfitFraming } from "./framing/framing.ts";

/** What a TCP listener can be told. */
export const config = {
  ...receptionSettings,
  framing: framingField,
  answers: choice(
    "What a peer is told of a message: `none`; `framed`: the answer of the channel's format, framed as messages are; " +
      "`fixed`: `ack` once it is taken, `nak` where it is not.",
    ["none", "framed", "fixed"],
    { default: "none" },
  ),
  ack: text("At `answers: fixed`: says that a message is taken. Written as `start` of the framing is.", {
    pattern: bytesPattern,
    default: "ACK",
  }),
  nak: text("At `answers: fixed`: says that a message is not taken.", {
    pattern: bytesPattern,
    default: "NAK",
  }),
  frameBytesMax: bytes("Largest message; a larger one is refused and its connection closed.", {
    default: 10 * 1024 * 1024,
    min: 1,
  }),
  idleMsMax: durationMs("Closes a connection that is silent between two messages for so long; 0: never.", {
    default: 0,
  }),
  pauseMsMax: durationMs("Refuses a message that pauses for so long before it is whole; 0: never.", {
    default: 30_000,
  }),
  frameMsMax: durationMs(
    "Refuses a message that is not whole so long after it began, however steadily its bytes come; 0: never.",
    { default: 600_000 },
  ),
  stallMsMax: durationMs("How long a peer may leave an answer unread; then its connection is closed.", {
    default: 30_000,
    min: 1,
  }),
  ...crowdSettings,
  ...rateSettings,
} as const;

/** What does not fit together. */
export function check(settings: Config<typeof config>): readonly Unfit[] {
  const { answers, framing, frameBytesMax } = settings;
  return [
    ...unfitReception(settings),
    ...unfitFraming(framing),
    ...unfitNetworks(settings),
    ...((framing.length ?? 0) > frameBytesMax
      ? [{ setting: "frameBytesMax", rule: "must not be less than the length of every message" }]
      : []),
    ...(answers === "fixed" ? [] : idleSettings(config, settings, ["ack", "nak"], `answers: ${answers}`)),
    ...idleDoor(config, settings),
  ];
}

/** What can go wrong while listening. */
export const errors = {
  ...receptionFaults("TCP"),
  ...doorErrors("TCP"),
  TCP_FRAME_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: larger than frameBytesMax ({frameBytesMax})",
  },
  TCP_LENGTH_WRONG: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: the {bytes} bytes in front of it are no length",
  },
  TCP_END_MISSING: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot read message: the connection ended, or paused for pauseMsMax ({pauseMsMax}) or took frameMsMax ({frameMsMax}), after {bytes} bytes of it",
  },
  TCP_START_REPEATED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: another one starts after {bytes} bytes of it",
  },
} as const satisfies Readonly<Record<string, Fault>>;

export const breachCodes = {
  tooLarge: "TCP_FRAME_TOO_LARGE",
  lengthWrong: "TCP_LENGTH_WRONG",
  endMissing: "TCP_END_MISSING",
  startRepeated: "TCP_START_REPEATED",
} as const satisfies Record<Breach, keyof typeof errors>;

/** What the listener is given. */
export type Tools = ListenTools<typeof config, keyof typeof errors>;
