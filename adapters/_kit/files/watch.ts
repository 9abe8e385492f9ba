import type { Listening } from "../../../runtime/contract/adapter.ts";
import { nextAt } from "../../../runtime/contract/schedule.ts";
import { Inbox, type RoundEnd } from "./inbox.ts";
import type { InboxTools } from "./inbox_spec.ts";
import type { Open } from "./opener.ts";
import { restAfter } from "./rest.ts";

/** Watches a folder until it is stopped. `address` is where, for the log; `open` opens what the files hold. */
export function watch(tools: InboxTools, address: string, open: Open): Listening {
  const [stopping, dropped] = [new AbortController(), new AbortController()];
  const inbox = new Inbox(tools, open, stopping.signal, dropped.signal);
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
