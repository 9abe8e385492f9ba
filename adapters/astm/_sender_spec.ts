import type { SendTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { bytes, choice, type Config, durationMs, integer, type Unfit } from "../../runtime/contract/spec.ts";
import { outletFaults } from "../_kit/net/outlet.ts";
import { outletSettings, unfitOutlet } from "../_kit/settings/peer_settings.ts";
import type { LinkTrouble } from "./_link.ts";
import { TEXT_BYTES_MAX } from "./_listener_spec.ts";

/** Settings of the sender. */
export const config = {
  ...outletSettings,
  frames: choice(
    "How a message is cut: `records`: each record, up to its CR, is a text of its own; `texts`: the message is one text. " +
      "A text over `textBytesMax` goes out in several frames.",
    ["records", "texts"],
    { default: "records" },
  ),
  textBytesMax: bytes("Longest text of a frame. Newer devices take up to 63,993 bytes (LIS01-A2).", {
    default: 240,
    min: 1,
    max: TEXT_BYTES_MAX,
  }),
  station: choice(
    "Which end this is, where both ask for the line at once: the `host` lets the instrument go first and waits " +
      "20 seconds, the `instrument` asks again after one second.",
    ["host", "instrument"],
    { default: "host" },
  ),
  answerMsMax: durationMs("How long the peer may take for each answer.", { default: 15_000, min: 1 }),
  busyMsMin: durationMs("How long to wait before asking again a peer that has answered ENQ with NAK.", {
    default: 10_000,
    min: 1,
  }),
  enquiriesMax: integer("How often the line is asked for, for one message.", {
    default: 6,
    min: 1,
    max: 100,
  }),
  attemptsMax: integer("How often a frame is sent that the peer answers with NAK.", {
    default: 6,
    min: 1,
    max: 100,
  }),
  idleMsMax: durationMs("Closes a connection that had nothing to do for so long; 0: never.", { default: 0 }),
} as const;

/** What does not fit together. */
export const check = (settings: Config<typeof config>): readonly Unfit[] => unfitOutlet(settings);

/** What can go wrong while sending. */
export const errors = {
  ...outletFaults("ASTM"),
  ASTM_MESSAGE_UNFIT: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot send message: its {bytes} bytes are none, or hold one that the protocol needs, such as LF; records end with CR alone",
  },
  ASTM_LINE_BUSY: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot deliver: {host} port {port} did not give the line, asked enquiriesMax ({enquiriesMax}) times",
  },
  ASTM_FRAME_REFUSED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} refused a frame attemptsMax ({attemptsMax}) times",
  },
  ASTM_ANSWER_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} did not answer within answerMsMax ({answerMsMax})",
  },
  ASTM_ANSWER_MISSING: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: {host} port {port} closed the connection before it had acknowledged the message",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** The code for why a message was not delivered over a link. */
export const linkCodes = {
  closed: "ASTM_ANSWER_MISSING",
  late: "ASTM_ANSWER_LATE",
  busy: "ASTM_LINE_BUSY",
  refused: "ASTM_FRAME_REFUSED",
} as const satisfies Record<LinkTrouble, keyof typeof errors>;

/** What the sender is given. */
export type Tools = SendTools<typeof config, keyof typeof errors>;
