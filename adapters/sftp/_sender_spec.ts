import { integer, text, toggle } from "../../runtime/contract/spec.ts";
import { outboxFaults, outboxSettings } from "../_kit/files/outbox_spec.ts";
import { faultsOf } from "../../runtime/contract/words.ts";
import { connectErrors } from "./connecting/errors.ts";
import { connectSettings } from "./connecting/settings.ts";

/** Settings of the sender. */
export const config = {
  ...connectSettings,
  path: text(
    "Folder of the server to write to, from the folder one is in after sign-in where it does not begin with a slash.",
    { example: "/incoming", pattern: { matches: "^[^\\u0000]+$", says: "is a path on the server" } },
  ),
  ...outboxSettings,
  makeFolders: toggle("Whether the folder is made where it is missing, with those above it.", {
    default: false,
  }),
  connections: integer("Connections at most, each with a message at a time.", {
    default: 1,
    min: 1,
    max: 32,
  }),
} as const;

/** What can go wrong while sending. */
export const errors = { ...connectErrors, ...faultsOf("SFTP", outboxFaults) };
