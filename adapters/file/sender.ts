import { defineSender, type SendTools } from "../../runtime/contract/adapter.ts";
import { path } from "../../runtime/contract/spec.ts";
import { FileSender } from "../_kit/files/file_sender.ts";
import {
  type OutboxCode,
  outboxFaults,
  outboxSettings,
  type OutboxTools,
} from "../_kit/files/outbox_spec.ts";
import { faultsOf, wordsOf } from "../_kit/files/words.ts";
import { diskFolder } from "./_disk_folder.ts";

/** Settings of the sender. */
const config = {
  path: path("Folder to write to. It must exist: a share that is not mounted is no place for messages.", {
    example: "./outbox",
  }),
  ...outboxSettings,
} as const;

/** What can go wrong while sending. */
const errors = faultsOf("FILE", outboxFaults);

/** Writes each message to a folder as a file of its own, whole or not at all. */
export default defineSender({
  name: "file",
  about: "Writes messages to a folder, one file each.",
  config,
  errors,
  async open(tools) {
    return new FileSender(outboxOf(tools));
  },
});

function outboxOf(tools: SendTools<typeof config, keyof typeof errors>): OutboxTools {
  return {
    ...tools,
    folder: diskFolder(tools.world.disk),
    words: wordsOf<"FILE", OutboxCode>("FILE", tools),
  };
}
