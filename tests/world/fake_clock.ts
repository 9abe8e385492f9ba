import type { Clock } from "../../runtime/contract/world.ts";
import { turns } from "./turns.ts";

interface Timer {
  readonly dueMs: number;
  readonly delayMs: number;
  readonly action: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly timeZone = "UTC";
  #startMs: number;
  #elapsedMs = 0;
  readonly #timers = new Set<Timer>();
  #watchers: (() => void)[] = [];

  constructor(startMs: number = Date.UTC(2026, 0, 5, 12)) {
    this.#startMs = startMs;
  }

  nowMs(): number {
    return this.#startMs + Math.trunc(this.#elapsedMs);
  }

  elapsedMs(): number {
    return this.#elapsedMs;
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
    return Promise.resolve();
  }

  after(ms: number, action: () => void): () => void {
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(ms, 0), delayMs: ms, action };
    this.#timers.add(timer);
    for (const tell of this.#watchers.splice(0)) tell();
    return () => void this.#timers.delete(timer);
  }

  /** Somebody sets the clock, forward or back; what is measured, and what waits, does not notice. */
  set(byMs: number): void {
    this.#startMs += byMs;
  }

  /** Timers that wait now. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Resolves once a timer waits that was set to run after exactly `ms`, or any timer where `ms` is left out. */
  async armed(ms?: number): Promise<void> {
    while (![...this.#timers].some(({ delayMs }) => ms === undefined || delayMs === ms)) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Moves time by `ms`. Timers run when they are due, in order, also those that are set on the way. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    for (let next = this.#next(); next && next.dueMs <= untilMs; next = this.#next()) await this.#run(next);
    this.#elapsedMs = untilMs;
    await turns();
  }

  /**
   * Moves time from timer to timer for as long as the promise needs, and returns what it came to. For a wait that
   * only time can end; work that is merely under way is given a few turns of the event loop before each step. Timers that
   * were set to run after more than `delayMsMax` are left alone: they are deadlines of work with the world outside, which
   * takes its own time.
   */
  async pass<T>(promise: Promise<T>, delayMsMax = Infinity): Promise<T> {
    let settled = false;
    const note = () => void (settled = true);
    promise.then(note, note);
    while (!settled) {
      await turns(3);
      const next = this.#next(delayMsMax);
      if (!settled && next) await this.#run(next);
    }
    return await promise;
  }

  async #run(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
    timer.action();
    await turns();
  }

  #next(delayMsMax = Infinity): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.delayMs <= delayMsMax && (!first || timer.dueMs < first.dueMs)) first = timer;
    }
    return first;
  }
}
