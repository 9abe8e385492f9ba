import type { Clock } from "../contract/world.ts";

const MINUTE_MS = 60_000;

/** Lets each partner through so many times a minute, or in another time. */
export class Turnstile {
  readonly #most: number;
  readonly #clock: Pick<Clock, "elapsedMs">;
  readonly #perMs: number;
  readonly #passed = new Map<string, { readonly sinceMs: number; count: number }>();

  constructor(most: number, clock: Pick<Clock, "elapsedMs">, perMs = MINUTE_MS) {
    this.#most = most;
    this.#clock = clock;
    this.#perMs = perMs;
  }

  /** True where it may pass. */
  passes(partner: string): boolean {
    const nowMs = this.#clock.elapsedMs();
    const before = this.#passed.get(partner);
    const now = before && nowMs - before.sinceMs < this.#perMs ? before : { sinceMs: nowMs, count: 0 };
    this.#passed.set(partner, now);
    return ++now.count <= this.#most;
  }

  /** True where it has just been turned away, for the first time in that time. */
  isNews(partner: string): boolean {
    return this.#passed.get(partner)?.count === this.#most + 1;
  }
}
