import { join, resolve } from "node:path";
import { defineListener, type Listening } from "../../runtime/contract/adapter.ts";
import { nextAt } from "../../runtime/contract/schedule.ts";
import { type Folders, Inbox, restAfter, type RoundEnd } from "./_inbox.ts";
import { config, errors, type Tools } from "./_listener_spec.ts";
import { probeInbox } from "./_probe.ts";
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
  probe: probeInbox,
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

/**
 * Round after round, with a pause between them that grows while the folder or the channel is in trouble; with times of
 * day, no more once there is nothing to take until the next of them.
 */
async function rounds(tools: Tools, inbox: Inbox, stopping: AbortSignal): Promise<void> {
  const { config: { at = [], everyMs }, world: { clock }, intake, report } = tools;
  const round = async (): Promise<RoundEnd> => {
    try {
      await intake.opened(stopping);
      return await inbox.round();
    } catch {
      // Nobody awaits this loop while it runs: a fault in it must not take the watching with it.
      if (!stopping.aborted) report({ name: "roundCrashed" });
      return "troubled";
    }
  };
  const pause = (ms: number) => clock.sleep(ms, stopping).catch(() => {});
  const isOver = (end: RoundEnd) => at.length > 0 && end === "idle";
  for (let end: RoundEnd = "idle", troubles = 0; !stopping.aborted;) {
    if (isOver(end)) await untilNext(tools, at, stopping);
    end = await round();
    troubles = end === "troubled" ? troubles + 1 : 0;
    if (!isOver(end)) await pause(restAfter(troubles, everyMs));
  }
}

/** Sleeps until the clock shows one of the times. In short naps: a machine that slept too finds its clock put forward. */
async function untilNext(
  { world: { clock }, timeZone }: Tools,
  at: readonly string[],
  stopping: AbortSignal,
) {
  const dueMs = nextAt(at, timeZone, clock.nowMs());
  while (!stopping.aborted && clock.nowMs() < dueMs) {
    await clock.sleep(Math.min(dueMs - clock.nowMs(), NAP_MS_MAX), stopping).catch(() => {});
  }
}

const NAP_MS_MAX = 600_000;
