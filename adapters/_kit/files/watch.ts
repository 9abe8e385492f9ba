import { join, resolve } from "node:path/posix";
import type { Listening } from "../../../runtime/contract/adapter.ts";
import { nextAt } from "../../../runtime/contract/schedule.ts";
import { type Folders, Inbox, restAfter, type RoundEnd } from "./inbox.ts";
import type { InboxTools, Places } from "./inbox_spec.ts";
import { reasonOf } from "./reason.ts";

/**
 * Tries the folders of a listener, and makes those for what was taken and refused. Errors: FOLDER_UNREADABLE,
 * FOLDER_UNWRITABLE, FOLDER_SAME.
 */
export async function openFolders(tools: InboxTools): Promise<void> {
  const { config, folder, words: { fail } } = tools;
  try {
    await folder.list(config.path);
  } catch (cause) {
    fail("FOLDER_UNREADABLE", { reason: reasonOf(cause) }, cause);
  }
  const { done, failed } = foldersOf(tools.config);
  for (const [setting, path] of [["doneFolder", done], ["failedFolder", failed]]) {
    // A folder that is its own archive would be read for ever.
    if (resolve(path) === resolve(config.path)) fail("FOLDER_SAME", { setting });
    try {
      await folder.makeFolder(path);
    } catch (cause) {
      fail("FOLDER_UNWRITABLE", { setting, reason: reasonOf(cause) }, cause);
    }
  }
}

/** Where files go. */
export function foldersOf({ path, doneFolder, failedFolder }: Places): Folders {
  return { done: doneFolder ?? join(path, "done"), failed: failedFolder ?? join(path, "failed") };
}

/** Watches a folder until it is stopped. `address` is where, for the log. */
export function watch(tools: InboxTools, address: string): Listening {
  const [stopping, dropped] = [new AbortController(), new AbortController()];
  const inbox = new Inbox(tools, foldersOf(tools.config), stopping.signal, dropped.signal);
  const ended = rounds(tools, inbox, stopping.signal);
  return {
    address,
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
async function rounds(tools: InboxTools, inbox: Inbox, stopping: AbortSignal): Promise<void> {
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
  { world: { clock }, timeZone }: InboxTools,
  at: readonly string[],
  stopping: AbortSignal,
) {
  const dueMs = nextAt(at, timeZone, clock.nowMs());
  while (!stopping.aborted && clock.nowMs() < dueMs) {
    await clock.sleep(Math.min(dueMs - clock.nowMs(), NAP_MS_MAX), stopping).catch(() => {});
  }
}

const NAP_MS_MAX = 600_000;
