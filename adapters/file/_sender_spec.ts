import type { SendTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { choice, path, text } from "../../runtime/contract/spec.ts";

/** Settings of the sender. */
export const config = {
  path: path("Folder to write to. It must exist: a share that is not mounted is no place for messages.", {
    example: "./outbox",
  }),
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

/** What can go wrong while sending. */
export const errors = {
  FILE_TEMPLATE_INVALID: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot name files: as must give a plain name, not hidden, not ending in .part or .tmp, of at most {lengthMax} bytes",
  },
  FILE_TOKEN_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot name files: as may hold {known} in braces, and nothing else",
  },
  FILE_FOLDER_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: the folder is not there",
  },
  FILE_NAME_TAKEN: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: its name is taken by other content",
  },
  FILE_DISK_FULL: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: no room left ({reason})",
  },
  FILE_WRITE_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: the system refuses ({reason})",
  },
  FILE_SENDER_CLOSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: the sender is closed",
  },
} as const satisfies Record<string, Fault>;

/** What the sender's parts are given. */
export type Tools = SendTools<typeof config, keyof typeof errors>;
