import type { ListenTools } from "../../runtime/contract/adapter.ts";
import type { Unfit } from "../../runtime/contract/spec.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { bytes, type Config, durationMs, integer } from "../../runtime/contract/spec.ts";
import { doorErrors } from "../_kit/limits/door.ts";
import { crowdSettings, rateSettings, unfitNetworks } from "../_kit/limits/settings.ts";
import { receptionFaults } from "../_kit/net/reception.ts";
import { idleSettings } from "../_kit/settings/idle_settings.ts";
import { idleDoor, receptionSettings, unfitReception } from "../_kit/settings/peer_settings.ts";
import { releaseErrors } from "./_release_errors.ts";
import type { Breach } from "./framing/frame_reader.ts";

/** What an MLLP listener can be told. */
export const config = {
  ...receptionSettings,
  port: { ...receptionSettings.port, example: 2575 },
  release: integer(
    "Release of MLLP: 1, or 2 with its commit acknowledgments. The peer must speak the same.",
    { min: 1, max: 2, default: 1 },
  ),
  frameBytesMax: bytes("Largest message; a larger one is refused and its connection closed.", {
    default: 10 * 1024 * 1024,
    min: 1,
  }),
  ...crowdSettings,
  ...rateSettings,
  inFlightMax: integer(
    "Messages of one connection that may be unanswered at once. Answers keep the order of the messages.",
    { default: 1, min: 1, max: 1024 },
  ),
  startMsMax: durationMs("Closes a connection that has not begun a frame for so long; 0: never.", {
    default: 0,
  }),
  idleMsMax: durationMs("Closes a connection that is silent between two messages for so long; 0: never.", {
    default: 0,
  }),
  pauseMsMax: durationMs("Refuses a message that pauses for so long before it is whole; 0: never.", {
    default: 30_000,
  }),
  frameMsMax: durationMs(
    "Refuses a message that is not whole so long after its first byte, however it trickles; 0: never. What the gateway " +
      "itself does not read meanwhile does not count.",
    { default: 600_000 },
  ),
  stallMsMax: durationMs(
    "Closes a connection whose peer does not read an answer for so long (of a large one, a piece of 256 KiB); 0: never.",
    { default: 30_000 },
  ),
  endMsMax: durationMs(
    "How long to wait for the CR of a frame's end after its FS; then the frame counts as ended without. 0: such " +
      "a frame never ends.",
    { default: 250 },
  ),
  commitMsMax: durationMs("At `release: 2`: how long the peer may take to commit an answer.", {
    default: 10_000,
    min: 1,
  }),
  resendsMax: integer("At `release: 2`: how often an answer is sent again that the peer could not commit.", {
    default: 2,
    min: 0,
    max: 100,
  }),
} as const;

/** What does not fit together. */
export function check(settings: Config<typeof config>): readonly Unfit[] {
  return [
    ...unfitNetworks(settings),
    ...unfitReception(settings),
    ...(settings.release === 1
      ? idleSettings(config, settings, ["commitMsMax", "resendsMax"], "release: 1")
      : []),
    ...idleDoor(config, settings),
  ];
}

/** What can go wrong while listening. */
export const errors = {
  ...receptionFaults("MLLP"),
  ...doorErrors("MLLP"),
  MLLP_RELEASE_NEWER: releaseErrors.MLLP_RELEASE_NEWER,
  MLLP_FRAME_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read frame: larger than frameBytesMax ({frameBytesMax})",
  },
  MLLP_FRAME_START_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot read frame: {bytes} bytes came without the VT that starts one ({verdict})",
  },
  MLLP_FRAME_START_REPEATED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read frame: another one starts within its {bytes} bytes",
  },
  MLLP_FRAME_END_MISSING: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot read frame: the connection ended, or paused for pauseMsMax ({pauseMsMax}), after {bytes} bytes of it",
  },
  MLLP_FRAME_LATE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read frame: after frameMsMax ({frameMsMax}) there are {bytes} bytes of it, and no end",
  },
  MLLP_BYTES_STRAY: {
    blame: "sender",
    retry: "never",
    says: "Cannot read bytes between frames: {bytes} bytes belong to none ({verdict})",
  },
  MLLP_ANSWER_UNREAD: {
    blame: "sender",
    retry: "later",
    says: "Cannot answer: {peer} has not read its answer for stallMsMax ({stallMsMax})",
  },
  MLLP_STRANGER_REFUSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot go on with {peer}: it does not speak MLLP ({speaks})",
  },
  MLLP_ANSWER_UNCOMMITTED: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot answer: {peer} did not commit the answer, within commitMsMax ({commitMsMax}) or after resendsMax ({resendsMax}) repetitions; where it speaks MLLP release 1, release must be 1 here",
  },
} as const satisfies Readonly<Record<string, Fault>>;

export const breachCodes = {
  tooLarge: "MLLP_FRAME_TOO_LARGE",
  startMissing: "MLLP_FRAME_START_MISSING",
  startRepeated: "MLLP_FRAME_START_REPEATED",
  endMissing: "MLLP_FRAME_END_MISSING",
  late: "MLLP_FRAME_LATE",
} as const satisfies Record<Breach, keyof typeof errors>;

/** What the listener is given. */
export type Tools = ListenTools<typeof config, keyof typeof errors>;
