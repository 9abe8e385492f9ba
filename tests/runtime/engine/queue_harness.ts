import type { Entry, Pages, Queue } from "../../../runtime/engine/queue.ts";
import type { SeededRandom } from "../../world/seeded_random.ts";

/** An entry of a queue under test. */
export interface Job extends Entry {
  readonly keys: readonly string[] | null;
}

/** A job of 1 byte. */
export function job(position: number, keys: readonly string[] | null, size = 1): Job {
  return { position, keys, size };
}

/** A table of jobs, as a journal keeps them: rows that are undone, read as they were when the read began. */
export class JobTable implements Pages<Job> {
  readonly undone = new Map<number, Job>();
  /** How often a page was read. */
  reads = 0;
  /** Passes before a page comes back, after its rows were chosen. */
  delay: () => Promise<void> = () => Promise.resolve();

  async read(after: number, limit: number): Promise<readonly Job[]> {
    this.reads++;
    const rows = [...this.undone.values()]
      .filter(({ position }) => position > after)
      .sort((a, b) => a.position - b.position)
      .slice(0, limit);
    await this.delay();
    return rows.map((row) => ({ ...row }));
  }

  /** Adds jobs as rows. */
  add(jobs: readonly Job[]): void {
    for (const one of jobs) this.undone.set(one.position, one);
  }
}

/** Lets between 0 and 11 microtasks pass. */
export async function moments(random: SeededRandom): Promise<void> {
  for (let left = random.below(12); left > 0; left--) await Promise.resolve();
}

/** Takes what can be taken now, without waiting for more. */
export async function takeNow(queue: Queue<Job>, countMax = Infinity): Promise<Job[]> {
  const taken: Job[] = [];
  while (taken.length < countMax) {
    const stop = new AbortController();
    const next = queue.take(stop.signal);
    // A page takes a few turns of the microtask queue; what has not come by then waits for something.
    let came = false;
    next.then(() => came = true);
    for (let left = 200; left > 0 && !came; left--) await Promise.resolve();
    stop.abort();
    const one = await next;
    if (!one) return taken;
    taken.push(one);
  }
  return taken;
}

/** Ends a job in the table and in the queue. */
export function end(queue: Queue<Job>, table: JobTable, done: Job): void {
  table.undone.delete(done.position);
  queue.settle(done, Promise.resolve());
}
