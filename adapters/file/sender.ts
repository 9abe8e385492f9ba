import { defineSender } from "../../runtime/contract/adapter.ts";
import { openFileSender } from "../_kit/files/file_sender.ts";
import { type OutboxCode, type OutboxTools, unfitOutbox } from "../_kit/files/outbox_spec.ts";
import { wordsOf } from "../../runtime/contract/words.ts";
import { readTemplate } from "../_kit/template.ts";
import { diskFolder } from "./_disk_folder.ts";
import { config, errors, type Tools } from "./_sender_spec.ts";
import { probeOutbox } from "./_probe.ts";

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

function outboxOf(tools: Tools): OutboxTools {
  return {
    ...tools,
    folder: diskFolder(tools.world.disk),
    words: wordsOf<"FILE", OutboxCode>("FILE", tools),
  };
}
