import type { Clock } from "../../../runtime/contract/world.ts";

const eachMs = 60_000;

/** Lets each of a few words through once a minute: what a peer can cause as often as it likes must not fill a log. */
export class Seldom {
  readonly #clock: Clock;
  readonly #lastMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True where the word is said for the first time within a minute. MUST be one of a few: they are all remembered. */
  isDue(word: string): boolean {
    const nowMs = this.#clock.elapsedMs();
    if (nowMs < (this.#lastMs.get(word) ?? -Infinity) + eachMs) return false;
    this.#lastMs.set(word, nowMs);
    return true;
  }
}
