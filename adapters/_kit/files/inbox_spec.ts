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
  type Unfit,
} from "../../../runtime/contract/spec.ts";
import { unfitCipher } from "./cipher/cipher_spec.ts";
import type { Folder } from "./folder.ts";
import { sidecar, sidecarFaults, unfitSidecar } from "./sidecar/sidecar_spec.ts";
import { openerFaults, openerSettings } from "./opener.ts";
import type { Words } from "../../../runtime/contract/words.ts";

/** Settings of every listener that takes files from a folder. Where its folders are it says itself: {@linkcode Places}. */
export const inboxSettings = {
  pattern: text(
    "Names to take: * stands for any characters, ? for one, [a-z] for one of these, {a,b} for one of both. With a slash it is the path from the folder, and subfolders are looked into: ** stands for any.",
    {
      default: "*",
      example: "*.{hl7,txt}",
      pattern: {
        matches: "^(?!/)(?!(?:.*/)?\\.{0,2}/)(?!(?:.*/)?\\.{1,2}$).*[^/]$",
        says: "is a name, or a path that leads from the folder down",
      },
    },
  ),
  ignore: list(
    "Names to leave alone whatever pattern says, since they are still being written; hidden ones always are.",
    text("A pattern of names."),
    { default: ["*.part", "*.tmp", "*.filepart"], orOne: true, example: ["*.part", "~*"] },
  ),
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
  sidecar,
  lock: text(
    "Ending of the lock file that says which of several gateways on the folder takes a file. Without it there must be one.",
    {
      optional: true,
      example: ".lock",
      pattern: { matches: "^\\.[A-Za-z0-9._-]+$", says: "starts with a dot" },
    },
  ),
  lockMsMax: durationMs(
    "How long another's lock may stand unchanged before it counts as left behind. Longer than the channel takes for any file.",
    { default: 600_000, min: 1_000 },
  ),
  order: choice("Which of several whole files goes first: by name, or the oldest by its time.", [
    "name",
    "time",
  ], {
    default: "name",
  }),
  ...openerSettings,
  fileBytesMax: bytes("Largest file read. A larger one is refused unread and moved to failedFolder.", {
    default: 100 * 1024 * 1024,
    min: 1,
  }),
  emptyFiles: choice(
    "What becomes of an empty file: nothing, or what becomes of one that was taken, though there is no message in it.",
    ["leave", "take"],
    { default: "leave" },
  ),
  after: choice(
    "What becomes of a file that was taken. Where it is kept, what was taken is remembered, and nothing in the folder is changed.",
    ["move", "delete", "keep"],
    { default: "move" },
  ),
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
    says: "Cannot watch folder: path cannot be read ({reason})",
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
  FOLDER_TOKEN_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot watch folder: {setting} may hold {known} in braces, and nothing else",
  },
  NAME_UNFIT: {
    blame: "sender",
    retry: "later",
    says: "Cannot take a file: its name is not in UTF-8; give it another",
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
  ...sidecarFaults,
  ...openerFaults,
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

/** Settings that do not fit together. */
export function unfitInbox(
  { after, cipher, lock, marker, sidecar }: Config<typeof inboxSettings>,
): readonly Unfit[] {
  return [
    ...unfitSidecar(sidecar, { marker, lock }),
    ...(lock !== undefined && after === "keep"
      ? [{ setting: "lock", rule: "is for files that go: each gateway takes what is kept" }]
      : []),
    ...(lock !== undefined && lock === marker ? [{ setting: "lock", rule: "must not be marker, too" }] : []),
    ...unfitCipher(cipher),
  ];
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
