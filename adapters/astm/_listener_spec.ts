import type { ListenTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { bytes, choice, type Config, durationMs, type Unfit } from "../../runtime/contract/spec.ts";
import { doorErrors } from "../_kit/limits/door.ts";
import { crowdSettings, rateSettings, unfitNetworks } from "../_kit/limits/settings.ts";
import { receptionFaults } from "../_kit/net/reception.ts";
import { idleDoor, receptionSettings, unfitReception } from "../_kit/settings/peer_settings.ts";

/** Longest text of a frame that the standard allows: 64,000 bytes with its marks. */
export const TEXT_BYTES_MAX = 63_993;

/** What an ASTM listener can be told. */
export const config = {
  ...receptionSettings,
  messages: choice(
    "What a message is: `records`: everything from a header record (H) to its terminator record (L), each ended by one CR; " +
      "`texts`: each text, which may come in several frames, the last of them with ETX.",
    ["records", "texts"],
    { default: "records" },
  ),
  textBytesMax: bytes("Longest text of a frame; a longer one is answered with NAK.", {
    default: TEXT_BYTES_MAX,
    min: 1,
    max: TEXT_BYTES_MAX,
  }),
  messageBytesMax: bytes("Largest message; a larger one is refused, and the rest of its transfer with it.", {
    default: 10 * 1024 * 1024,
    min: 1,
  }),
  frameMsMax: durationMs(
    "How long the next frame, or EOT, may take; then the message counts as broken off.",
    { default: 30_000, min: 1 },
  ),
  repeatMsMax: durationMs(
    "For how long a message that comes again, byte for byte, counts as repeated, where its sender may not have seen " +
      "that it was taken; 0: every message is a new one.",
    { default: 3_600_000 },
  ),
  idleMsMax: durationMs("Closes a connection that is silent between two transfers for so long; 0: never.", {
    default: 0,
  }),
  ...crowdSettings,
  ...rateSettings,
} as const;

/** What does not fit together. */
export function check(settings: Config<typeof config>): readonly Unfit[] {
  return [
    ...unfitReception(settings),
    ...unfitNetworks(settings),
    ...idleDoor(config, settings),
  ];
}

/** What can go wrong while listening. */
export const errors = {
  ...receptionFaults("ASTM"),
  ...doorErrors("ASTM"),
  ASTM_MESSAGE_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: larger than messageBytesMax ({messageBytesMax})",
  },
  ASTM_MESSAGE_UNFINISHED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: its transfer ended after {bytes} bytes of it ({endedBy})",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What the listener is given. */
export type Tools = ListenTools<typeof config, keyof typeof errors>;
