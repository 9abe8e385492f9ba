import type { ListenTools } from "../../runtime/contract/adapter.ts";
import { path } from "../../runtime/contract/spec.ts";
import { inboxFaults, inboxSettings } from "../_kit/files/inbox_spec.ts";
import { faultsOf } from "../../runtime/contract/words.ts";

/** Settings of the listener. */
export const config = {
  path: path(
    "Folder to watch. Symbolic links are left alone, and so are subfolders where pattern has no slash.",
    { example: "./inbox" },
  ),
  ...inboxSettings,
  doneFolder: path(
    "Where files that were taken go, on the same file system; done in the watched folder where left out.",
    {
      optional: true,
      example: "./archive",
    },
  ),
  failedFolder: path(
    "Where files that were refused go, on the same file system; failed in the watched folder where left out.",
    {
      optional: true,
      example: "./refused",
    },
  ),
} as const;

/** What can go wrong while listening. */
export const errors = faultsOf("FILE", inboxFaults);

/** What the listener is given. */
export type Tools = ListenTools<typeof config, keyof typeof errors>;
