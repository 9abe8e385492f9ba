import { text } from "../../runtime/contract/spec.ts";
import { inboxFaults, inboxSettings } from "../_kit/files/inbox_spec.ts";
import { faultsOf } from "../../runtime/contract/words.ts";
import { connectErrors } from "./connecting/errors.ts";
import { connectSettings } from "./connecting/settings.ts";

const remote = { matches: "^[^\\u0000]+$", says: "is a path on the server" };

/** Settings of the listener. */
export const config = {
  ...connectSettings,
  path: text(
    "Folder of the server to watch, from the folder one is in after sign-in where it does not begin with a slash. Symbolic links are left alone, and so are subfolders where pattern has no slash.",
    { example: "/outgoing/results", pattern: remote },
  ),
  ...inboxSettings,
  doneFolder: text(
    "Folder of the server where files that were taken go; done in the watched one where left out.",
    {
      optional: true,
      example: "/archive",
      pattern: remote,
    },
  ),
  failedFolder: text(
    "Folder of the server where files that were refused go; failed in the watched one where left out.",
    { optional: true, example: "/refused", pattern: remote },
  ),
} as const;

/** What can go wrong while listening. */
export const errors = { ...connectErrors, ...faultsOf("SFTP", inboxFaults) };
