import type { World } from "../../../contract/world.ts";

/** How often files are looked at. */
const EVERY_MS = 500;

/**
 * Calls `changed` whenever one of the files or folders has changed, come or gone, until the signal is aborted; and once at
 * the beginning, since they may have changed between being read and being watched. `paths` is asked anew each time: what
 * a change brings in is watched, too.
 */
export async function watchFiles(
  paths: () => Iterable<string>,
  { disk, clock }: Pick<World, "disk" | "clock">,
  signal: AbortSignal,
  changed: () => Promise<void>,
): Promise<void> {
  const look = async () => {
    const stamps = new Map<string, string>();
    for (const path of paths()) {
      const facts = await disk.facts(path).catch(() => undefined);
      stamps.set(path, facts ? `${facts.size} ${facts.modifiedMs}` : "");
    }
    return stamps;
  };
  let seen = await look();
  await changed();
  while (!signal.aborted) {
    await clock.sleep(EVERY_MS, signal).catch(() => {});
    if (signal.aborted) return;
    const now = await look();
    if ([...now].every(([path, stamp]) => (seen.get(path) ?? stamp) === stamp)) {
      seen = now;
      continue;
    }
    await changed();
    seen = new Map([...await look()].map(([path, stamp]) => [path, now.get(path) ?? stamp]));
  }
}
