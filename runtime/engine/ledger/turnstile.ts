import type { Clock } from "../../contract/world.ts";

const MINUTE_MS = 60_000;

/** Lets each partner through so many times a minute. */
export class Turnstile {
  readonly #most: number;
  readonly #clock: Pick<Clock, "elapsedMs">;
  readonly #passed = new Map<string, { readonly sinceMs: number; count: number }>();

  constructor(most: number, clock: Pick<Clock, "elapsedMs">) {
    this.#most = most;
    this.#clock = clock;
  }

  /** True where it may pass. */
  passes(partner: string): boolean {
    const nowMs = this.#clock.elapsedMs();
    const before = this.#passed.get(partner);
    const now = before && nowMs - before.sinceMs < MINUTE_MS ? before : { sinceMs: nowMs, count: 0 };
    this.#passed.set(partner, now);
    return ++now.count <= this.#most;
  }

  /** True where it has just been turned away, for the first time in this minute. */
  isNews(partner: string): boolean {
    return this.#passed.get(partner)?.count === this.#most + 1;
  }
}
