import { defineListener } from "../../runtime/contract/adapter.ts";
import { type InboxCode, type InboxTools, unfitInbox } from "../_kit/files/inbox_spec.ts";
import { openFolders } from "../_kit/files/archive_folders.ts";
import { openerOf } from "../_kit/files/opener.ts";
import { watch } from "../_kit/files/watch.ts";
import { wordsOf } from "../../runtime/contract/words.ts";
import { diskFolder } from "./_disk_folder.ts";
import { config, errors, type Tools } from "./_listener_spec.ts";
import { probeInbox } from "./_probe.ts";

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

function inboxOf(tools: Tools): InboxTools {
  return { ...tools, folder: diskFolder(tools.world.disk), words: wordsOf<"FILE", InboxCode>("FILE", tools) };
}
