import { join, resolve } from "node:path";
import { defineListener, type Listening } from "../../runtime/contract/adapter.ts";
import { type Folders, Inbox, restAfter } from "./_inbox.ts";
import { config, errors, type Tools } from "./_listener_spec.ts";
import { reasonOf } from "./_reason.ts";

/**
 * Takes each file that appears in a folder as one message, once it is whole: its size and time have not changed for
 * `settleMs`, or its `marker` is there. There is nobody to answer: what the channel says decides where the file goes.
 * Files are taken one after the other, and at least once.
 */
export default defineListener({
  name: "file",
  about: "Takes files from a folder.",
  config,
  errors,
  async listen(tools) {
    return watch(tools, await foldersOf(tools));
  },
});

async function foldersOf({ config, world: { disk }, fail }: Tools): Promise<Folders> {
  const folders = {
    doneFolder: config.doneFolder ?? join(config.path, "done"),
    failedFolder: config.failedFolder ?? join(config.path, "failed"),
  };
  try {
    await disk.list(config.path);
  } catch (cause) {
    fail("FILE_FOLDER_UNREADABLE", { reason: reasonOf(cause) }, cause);
  }
  for (const [setting, folder] of Object.entries(folders)) {
    // A folder that is its own archive would be read for ever.
    if (resolve(folder) === resolve(config.path)) fail("FILE_FOLDER_SAME", { setting });
    try {
      await disk.makeFolder(folder);
    } catch (cause) {
      fail("FILE_FOLDER_UNWRITABLE", { setting, reason: reasonOf(cause) }, cause);
    }
  }
  return { done: folders.doneFolder, failed: folders.failedFolder };
}

function watch(tools: Tools, folders: Folders): Listening {
  const [stopping, dropped] = [new AbortController(), new AbortController()];
  const inbox = new Inbox(tools, folders, stopping.signal, dropped.signal);
  const ended = rounds(tools, inbox, stopping.signal);
  return {
    address: tools.config.path,
    async stop() {
      stopping.abort();
      await ended;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      dropped.abort();
      await ended;
    },
  };
}

/** Round after round, with a pause between them that grows while the folder or the channel is in trouble. */
async function rounds({ config, world, intake, report }: Tools, inbox: Inbox, stopping: AbortSignal) {
  const calm = async () => {
    try {
      await intake.opened(stopping);
      return await inbox.round() === "calm";
    } catch {
      // Nobody awaits this loop while it runs: a fault in it must not take the watching with it.
      if (!stopping.aborted) report({ name: "roundCrashed" });
      return false;
    }
  };
  for (let troubles = 0; !stopping.aborted;) {
    troubles = await calm() ? 0 : troubles + 1;
    await world.clock.sleep(restAfter(troubles, config.everyMs), stopping).catch(() => {});
  }
}
