import type { ListenTools } from "../../../runtime/contract/adapter.ts";
import type { Fault } from "../../../runtime/contract/error.ts";
import { TIME_OF_DAY } from "../../../runtime/contract/schedule.ts";
import {
  bytes,
  choice,
  type Config,
  durationMs,
  integer,
  list,
  type Spec,
  text,
} from "../../../runtime/contract/spec.ts";
import type { Folder } from "./folder.ts";
import type { Words } from "./words.ts";

/** Settings of every listener that takes files from a folder. Where its folders are it says itself: {@linkcode Places}. */
export const inboxSettings = {
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
  readsAtOnce: integer(
    "How many files are read at a time. They are handed over in their order all the same.",
    { default: 1, min: 1, max: 64 },
  ),
} as const;

/** What can go wrong with files in a folder, by the part of the code that follows the component's name. */
export const inboxFaults = {
  FOLDER_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot watch folder: it cannot be read ({reason})",
  },
  FOLDER_UNWRITABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot watch folder: {setting} cannot be made ({reason})",
  },
  FOLDER_SAME: {
    blame: "operator",
    retry: "never",
    says: "Cannot watch folder: {setting} must be another folder than path",
  },
  READ_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot read file: the system refuses ({reason})",
  },
  MOVE_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot put file away: the system refuses ({reason})",
  },
  SIZE_EXCESSIVE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read file: larger than fileBytesMax ({fileBytesMax})",
  },
} as const satisfies Record<string, Fault>;

/** Where a listener's folders are, as the component's own config says it. */
export interface Places {
  /** Folder to watch. */
  readonly path: string;
  /** Where files that were taken go; `done` in the watched folder where left out. */
  readonly doneFolder?: string | undefined;
  /** Where files that were refused go; `failed` in the watched folder where left out. */
  readonly failedFolder?: string | undefined;
}

/** What can go wrong with files in a folder. */
export type InboxCode = keyof typeof inboxFaults;

/** What the parts of a listener are given. */
export interface InboxTools
  extends Pick<ListenTools<Spec, never>, "world" | "intake" | "memory" | "report" | "timeZone"> {
  /** What its config says. */
  readonly config: Config<typeof inboxSettings> & Places;
  /** The files. */
  readonly folder: Folder;
  /** The component's own words for what goes wrong. */
  readonly words: Words<InboxCode>;
}
