import type { Clock } from "../../../runtime/contract/world.ts";

/**
 * A deadline that moves with every read and write. It keeps one timer and looks at the time when that runs, since
 * setting and clearing one for each message costs more than the message.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #missed: () => void;
  #dueMs = Infinity;
  #timerMs = Infinity;
  #cancel: () => void = () => {};

  constructor(clock: Clock, missed: () => void) {
    this.#clock = clock;
    this.#missed = missed;
  }

  /** Due `ms` from now; never, where it is 0. */
  set(ms: number): void {
    if (ms === 0) return this.clear();
    this.#dueMs = this.#clock.elapsedMs() + ms;
    if (this.#timerMs <= this.#dueMs) return;
    this.#cancel();
    this.#arm(ms);
  }

  /** Not due. */
  clear(): void {
    this.#dueMs = Infinity;
  }

  /** Not due, and no timer is left behind. */
  stop(): void {
    this.clear();
    this.#cancel();
    this.#timerMs = Infinity;
  }

  #arm(ms: number): void {
    this.#timerMs = this.#clock.elapsedMs() + ms;
    this.#cancel = this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    this.#timerMs = Infinity;
    if (this.#dueMs === Infinity) return;
    const leftMs = this.#dueMs - this.#clock.elapsedMs();
    // A timer may run a little early; less than a millisecond is no reason for another.
    if (leftMs >= 1) return this.#arm(leftMs);
    this.#dueMs = Infinity;
    this.#missed();
  }
}
