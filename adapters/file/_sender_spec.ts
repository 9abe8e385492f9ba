import type { SendTools } from "../../runtime/contract/adapter.ts";
import { path } from "../../runtime/contract/spec.ts";
import { outboxFaults, outboxSettings } from "../_kit/files/outbox_spec.ts";
import { faultsOf } from "../../runtime/contract/words.ts";

/** Settings of the sender. */
export const config = {
  path: path("Folder to write to. It must exist: a share that is not mounted is no place for messages.", {
    example: "./outbox",
  }),
  ...outboxSettings,
} as const;

/** What can go wrong while sending. */
export const errors = faultsOf("FILE", outboxFaults);

/** What the sender is given. */
export type Tools = SendTools<typeof config, keyof typeof errors>;
