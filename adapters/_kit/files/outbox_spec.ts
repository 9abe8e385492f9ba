import type { SendTools } from "../../../runtime/contract/adapter.ts";
import type { Fault } from "../../../runtime/contract/error.ts";
import { choice, type Config, type Spec, text, toggle, type Unfit } from "../../../runtime/contract/spec.ts";
import { sealingCipher, sealingFaults, unfitCipher } from "./cipher/cipher_spec.ts";
import type { Folder } from "./folder.ts";
import type { Words } from "../../../runtime/contract/words.ts";

/** Settings of every sender that writes files to a folder. Which folder it says itself. */
export const outboxSettings = {
  as: text(
    "File name. {id} is the message's id, {sequence} a number that grows by one a delivery, {extension} goes with its media type, {date} and {time} are when it was received or its batch was closed, in UTC. A path in braces is a value of the message, with _ for what has no place in a name.",
    { default: "{id}{extension}", example: "ADT_{date}_{PID-3.1}_{id}.hl7" },
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
  aside: text(
    "Name of the file while it is being written, for whoever reads the folder to leave alone; {name} is the name it gets.",
    {
      optional: true,
      example: ".{name}.tmp",
      pattern: {
        matches: "^(?=.{9,60}$)(?!\\{name\\}$)[A-Za-z0-9._~-]*\\{name\\}[A-Za-z0-9._~-]*$",
        says: "holds {name} and more",
      },
    },
  ),
  marker: text("Ending of an empty file that is put beside each file once that is whole.", {
    optional: true,
    example: ".done",
    pattern: { matches: "^\\.[A-Za-z0-9._-]+$", says: "starts with a dot" },
  }),
  append: toggle(
    "Whether messages are added at the end of the file where there is one of the name, instead of being a file each.",
    { default: false },
  ),
  separator: text("What stands behind each message that was added to a file.", {
    default: "\n",
    example: "\r\n",
  }),
  gzip: toggle("Whether files are packed; .gz is added to their names.", { default: false }),
  cipher: sealingCipher,
} as const;

/** What can go wrong while writing files, by the part of the code that follows the component's name. */
export const outboxFaults = {
  TEMPLATE_INVALID: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot name files: as must give a plain name, not hidden, not ending in .part or .tmp, of at most {lengthMax} bytes",
  },
  NAME_INVALID: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot write file: with the values of this message as gives no plain name, or one over {lengthMax} bytes",
  },
  FOLDER_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot write file: the folder of path is not there",
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
  ...sealingFaults,
} as const satisfies Record<string, Fault>;

/** What can go wrong while writing files. */
export type OutboxCode = keyof typeof outboxFaults;

/** What a sender is told. */
export type OutboxConfig = Config<typeof outboxSettings>;

/** Settings that do not fit together. */
export function unfitOutbox({ append, aside, marker, cipher }: OutboxConfig): readonly Unfit[] {
  const clashes = append ? Object.entries({ aside, marker, cipher }) : [];
  return [
    ...clashes.filter(([, value]) => value !== undefined).map(([setting]) => ({
      setting,
      rule: "is for files that are written whole, not with append",
    })),
    ...unfitCipher(cipher),
  ];
}

/** What the parts of a sender are given. */
export interface OutboxTools extends Pick<SendTools<Spec, never>, "world" | "report"> {
  /** What its config says, and the folder to write to. */
  readonly config: OutboxConfig & { readonly path: string };
  /** The files. */
  readonly folder: Folder;
  /** The component's own words for what goes wrong. */
  readonly words: Words<OutboxCode>;
}
