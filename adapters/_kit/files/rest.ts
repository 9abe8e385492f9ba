import type { InboxTools } from "./inbox_spec.ts";
import { reasonOf } from "./reason.ts";
import type { WatchedFile } from "./watched_files.ts";

/** Says what went wrong with a file and leaves it alone for a while, longer each time. Others go on. */
export function rest(
  { config, world, report, words }: InboxTools,
  file: WatchedFile,
  event: string,
  code: "READ_FAILED" | "MOVE_FAILED",
  cause: unknown,
): void {
  const restMs = restAfter(++file.failures, config.everyMs);
  file.restUntilMs = world.clock.elapsedMs() + restMs;
  const { code: told, facts } = words.error(code, { reason: reasonOf(cause) }, cause);
  report({ name: event, facts: { code: told, ...facts, failures: file.failures, againInMs: restMs } });
}

/** How long to rest after so many failures in a row: twice as long each time, up to a minute. */
export function restAfter(failures: number, everyMs: number): number {
  return Math.max(everyMs, Math.min(everyMs * 2 ** failures, REST_MS_MAX));
}

const REST_MS_MAX = 60_000;
