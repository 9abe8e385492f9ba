import type { SendTools } from "../../../runtime/contract/adapter.ts";
import type { Fault } from "../../../runtime/contract/error.ts";
import { choice, type Config, type Spec, text } from "../../../runtime/contract/spec.ts";
import type { Folder } from "./folder.ts";
import type { Words } from "./words.ts";

/** Settings of every sender that writes files to a folder. Which folder it says itself. */
export const outboxSettings = {
  as: text(
    "File name. {id} is the message's id, {sequence} a number that grows by one a delivery, {extension} goes with its media type, {date} and {time} are when it was received or its batch was closed, in UTC.",
    { default: "{id}{extension}", example: "ADT_{date}_{id}.hl7" },
  ),
  collision: choice(
    "Where the name is taken by other content: wait until it is free, replace it, or add a number to the name.",
    ["refuse", "replace", "number"],
    { default: "refuse" },
  ),
  mode: text("Permissions of the file, as in chmod; what the process's umask takes away is gone.", {
    default: "0640",
    pattern: { matches: "^0?[0-7]{3}$", says: "is three octal digits" },
  }),
} as const;

/** What can go wrong while writing files, by the part of the code that follows the component's name. */
export const outboxFaults = {
  TEMPLATE_INVALID: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot name files: as must give a plain name, not hidden, not ending in .part or .tmp, of at most {lengthMax} bytes",
  },
  TOKEN_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot name files: as may hold {known} in braces, and nothing else",
  },
  FOLDER_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: the folder is not there",
  },
  NAME_TAKEN: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: its name is taken by other content",
  },
  DISK_FULL: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: no room left ({reason})",
  },
  WRITE_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: the system refuses ({reason})",
  },
  SENDER_CLOSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: the sender is closed",
  },
} as const satisfies Record<string, Fault>;

/** What can go wrong while writing files. */
export type OutboxCode = keyof typeof outboxFaults;

/** What the parts of a sender are given. */
export interface OutboxTools extends Pick<SendTools<Spec, never>, "world" | "report"> {
  /** What its config says, and the folder to write to. */
  readonly config: Config<typeof outboxSettings> & { readonly path: string };
  /** The files. */
  readonly folder: Folder;
  /** The component's own words for what goes wrong. */
  readonly words: Words<OutboxCode>;
}
