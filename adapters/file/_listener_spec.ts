import type { ListenTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { TIME_OF_DAY } from "../../runtime/contract/schedule.ts";
import { bytes, choice, durationMs, list, path, text } from "../../runtime/contract/spec.ts";

/** Settings of the listener. */
export const config = {
  path: path("Folder to watch. Its subfolders and symbolic links are left alone.", { example: "./inbox" }),
  pattern: text("Names to take: * stands for any characters, ? for one.", {
    default: "*",
    example: "*.hl7",
    pattern: { matches: "^[^/]+$", says: "is a file name without a slash" },
  }),
  everyMs: durationMs("Pause between two looks into the folder.", { default: 1_000, min: 10 }),
  at: list(
    "Times of day to look, in the channel's timeZone: then every everyMs until nothing is left, and not before the next. At all times where left out.",
    text("A time of day.", { pattern: TIME_OF_DAY, example: "02:15" }),
    { optional: true, orOne: true, example: ["02:15", "14:15"] },
  ),
  settleMs: durationMs(
    "How long a file must keep its size and time before it counts as whole. Unused with marker.",
    { default: 2_000, min: 0 },
  ),
  marker: text("Ending of the marker file a sender puts beside a file once that is whole.", {
    optional: true,
    example: ".done",
    pattern: { matches: "^\\.[A-Za-z0-9._-]+$", says: "starts with a dot" },
  }),
  order: choice("Which of several whole files goes first: by name, or the oldest by its time.", [
    "name",
    "time",
  ], {
    default: "name",
  }),
  fileBytesMax: bytes("Largest file read. A larger one is refused unread and moved to failedFolder.", {
    default: 100 * 1024 * 1024,
    min: 1,
  }),
  after: choice("What becomes of a file that was taken.", ["move", "delete"], { default: "move" }),
  doneFolder: path("Where files that were taken go; done in the watched folder where left out.", {
    optional: true,
    example: "./archive",
  }),
  failedFolder: path("Where files that were refused go; failed in the watched folder where left out.", {
    optional: true,
    example: "./refused",
  }),
} as const;

/** What can go wrong while listening. */
export const errors = {
  FILE_FOLDER_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot watch folder: it cannot be read ({reason})",
  },
  FILE_FOLDER_UNWRITABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot watch folder: {setting} cannot be made ({reason})",
  },
  FILE_FOLDER_SAME: {
    blame: "operator",
    retry: "never",
    says: "Cannot watch folder: {setting} must be another folder than path",
  },
  FILE_READ_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot read file: the system refuses ({reason})",
  },
  FILE_MOVE_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot put file away: the system refuses ({reason})",
  },
  FILE_SIZE_EXCESSIVE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read file: larger than fileBytesMax ({fileBytesMax})",
  },
} as const satisfies Record<string, Fault>;

/** What the listener's parts are given. */
export type Tools = ListenTools<typeof config, keyof typeof errors>;
