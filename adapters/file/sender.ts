import { defineSender, type SendTools } from "../../runtime/contract/adapter.ts";
import { path } from "../../runtime/contract/spec.ts";
import { openFileSender } from "../_kit/files/file_sender.ts";
import {
  type OutboxCode,
  outboxFaults,
  outboxSettings,
  type OutboxTools,
  unfitOutbox,
} from "../_kit/files/outbox_spec.ts";
import { faultsOf, wordsOf } from "../_kit/files/words.ts";
import { readTemplate } from "../_kit/template.ts";
import { diskFolder } from "./_disk_folder.ts";
import { probeOutbox } from "./_probe.ts";

/** Settings of the sender. */
export const config = {
  path: path("Folder to write to. It must exist: a share that is not mounted is no place for messages.", {
    example: "./outbox",
  }),
  ...outboxSettings,
} as const;

/** What can go wrong while sending. */
export const errors = faultsOf("FILE", outboxFaults);

/** Writes each message to a folder as a file of its own, whole or not at all; or adds it to one. */
export default defineSender({
  name: "file",
  about: "Writes messages to a folder, one file each.",
  config,
  errors,
  check: unfitOutbox,
  probe: probeOutbox,
  paths: ({ as }) => readTemplate(as)?.paths ?? [],
  open: (tools) => openFileSender(outboxOf(tools)),
});

function outboxOf(tools: SendTools<typeof config, keyof typeof errors>): OutboxTools {
  return {
    ...tools,
    folder: diskFolder(tools.world.disk),
    words: wordsOf<"FILE", OutboxCode>("FILE", tools),
  };
}
