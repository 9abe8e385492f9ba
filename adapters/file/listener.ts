import { defineListener, type ListenTools } from "../../runtime/contract/adapter.ts";
import { path } from "../../runtime/contract/spec.ts";
import {
  type InboxCode,
  inboxFaults,
  inboxSettings,
  type InboxTools,
  unfitInbox,
} from "../_kit/files/inbox_spec.ts";
import { openFolders } from "../_kit/files/archive_folders.ts";
import { openerOf } from "../_kit/files/opener.ts";
import { watch } from "../_kit/files/watch.ts";
import { faultsOf, wordsOf } from "../_kit/files/words.ts";
import { diskFolder } from "./_disk_folder.ts";
import { probeInbox } from "./_probe.ts";

/** Settings of the listener. */
export const config = {
  path: path("Folder to watch. Its subfolders and symbolic links are left alone.", { example: "./inbox" }),
  ...inboxSettings,
  doneFolder: path("Where files that were taken go; done in the watched folder where left out.", {
    optional: true,
    example: "./archive",
  }),
  failedFolder: path("Where files that were refused go; failed in the watched folder where left out.", {
    optional: true,
    example: "./refused",
  }),
} as const;

/** What can go wrong while listening. */
export const errors = faultsOf("FILE", inboxFaults);

/**
 * Takes each file that appears in a folder as one message, once it is whole: its size and time have not changed for
 * `settleMs`, or its `marker` is there. There is nobody to answer: what the channel says decides where the file goes.
 * Files are handed over one after the other, and at least once.
 */
export default defineListener({
  name: "file",
  about: "Takes files from a folder.",
  config,
  errors,
  check: unfitInbox,
  probe: probeInbox,
  async listen(tools) {
    const inbox = inboxOf(tools);
    const open = await openerOf(inbox);
    await openFolders(inbox);
    return watch(inbox, tools.config.path, open);
  },
});

function inboxOf(tools: ListenTools<typeof config, keyof typeof errors>): InboxTools {
  return { ...tools, folder: diskFolder(tools.world.disk), words: wordsOf<"FILE", InboxCode>("FILE", tools) };
}
