import type { Clock } from "../../../runtime/contract/world.ts";

/** Keeps messages apart: none starts before `betweenMsMin` has passed since the last one, or the last answer. */
export class Pacer {
  readonly #clock: Clock;
  readonly #betweenMsMin: number;
  #freeAtMs = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock, betweenMsMin: number) {
    this.#clock = clock;
    this.#betweenMsMin = betweenMsMin;
  }

  /** Resolves when a message may start; in the order of the calls. Rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<void> | undefined {
    if (this.#betweenMsMin === 0) return undefined;
    const mine = this.#last.then(async () => {
      for (let waitMs = this.#waitMs(); waitMs > 0; waitMs = this.#waitMs()) {
        await this.#clock.sleep(waitMs, signal);
      }
      signal.throwIfAborted();
      this.note();
    });
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** A message has started, or has its answer. */
  note(): void {
    this.#freeAtMs = this.#clock.elapsedMs() + this.#betweenMsMin;
  }

  #waitMs(): number {
    return this.#freeAtMs - this.#clock.elapsedMs();
  }
}
