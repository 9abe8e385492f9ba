import { setImmediate } from "node:timers";
import type { Clock } from "../../runtime/contract/world.ts";
import type { SeededRandom } from "../world/seeded_random.ts";

interface Moment {
  readonly dueMs: number;
  readonly order: number;
  action: (() => void) | undefined;
}

/**
 * All that happens in a run, one moment after another. Time stands still while anything is under way, and then jumps to
 * the next moment: nothing else moves it, so that a run is the same each time.
 */
export class Timeline {
  /** Milliseconds since the start of the run. */
  nowMs = 0;
  /** Moments so far. */
  moments = 0;
  #order = 0;
  /** A binary heap, the next moment first. */
  readonly #waiting: Moment[] = [];

  /** Acts in `ms`, unless the returned function is called first. */
  after(ms: number, action: () => void): () => void {
    const moment = { dueMs: this.nowMs + Math.max(ms, 0), order: this.#order++, action };
    this.#push(moment);
    return () => void ((moment as Moment).action = undefined);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Goes on until `isOver`; false where nothing is left to happen, or the run has lasted `untilMs`. */
  async run(isOver: () => boolean, untilMs: number): Promise<boolean> {
    for (;;) {
      // Whatever was set going by the moment before comes to rest.
      await new Promise<void>((resolve) => void setImmediate(resolve));
      if (isOver()) return true;
      const next = this.#next();
      if (!next || next.dueMs > untilMs) return false;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      this.moments++;
      next.action!();
    }
  }

  #next(): Moment | undefined {
    for (;;) {
      const moment = this.#pop();
      if (!moment || moment.action) return moment;
    }
  }

  #push(moment: Moment): void {
    const heap = this.#waiting;
    let at = heap.push(moment) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(moment, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = moment;
  }

  #pop(): Moment | undefined {
    const heap = this.#waiting;
    const first = heap[0], last = heap.pop();
    if (heap.length === 0 || !last) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.dueMs < b.dueMs || a.dueMs === b.dueMs && a.order < b.order;
}

/** When the simulated world begins. */
const START_MS = Date.UTC(2026, 0, 5, 12);
/** A turn of the event loop takes less than this. */
const TURN_MS = 0.2;

/** The clock of a machine, for one life of the program on it: what that waits for when it ends never happens. */
export class SimulatedClock implements Clock {
  readonly timeZone = "UTC";
  readonly #timeline: Timeline;
  readonly #random: SeededRandom;
  /** How far the machine's clock is off; somebody may set it. */
  readonly #offset: { readonly ms: number };
  #isOver = false;

  constructor(timeline: Timeline, random: SeededRandom, offset: { readonly ms: number }) {
    [this.#timeline, this.#random, this.#offset] = [timeline, random, offset];
  }

  /** The program is gone. */
  end(): void {
    this.#isOver = true;
  }

  nowMs(): number {
    return Math.floor(START_MS + this.#timeline.nowMs + this.#offset.ms);
  }

  elapsedMs(): number {
    return this.#timeline.nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        cancel();
        reject(signal!.reason);
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      });
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  turn(): Promise<void> {
    return this.sleep(this.#random.number() * TURN_MS);
  }

  after(ms: number, action: () => void): () => void {
    return this.#timeline.after(ms, () => {
      if (!this.#isOver) action();
    });
  }
}
