import type { Clock } from "../../../runtime/contract/world.ts";
import { peerOf } from "./network.ts";
import { Recent } from "./recent.ts";

/**
 * A token bucket: so many a second, and after a pause as many at once. It keeps one number, the time at which it is full
 * again (the "generic cell rate algorithm" of ITU-T I.371).
 */
export class Rate {
  readonly #clock: Clock;
  readonly #eachMs: number;
  #fullAtMs = -Infinity;

  constructor(clock: Clock, perSecondMax: number) {
    this.#clock = clock;
    this.#eachMs = 1_000 / perSecondMax;
  }

  /** Takes one, and returns 0; where there is none, how long until there is, in whole milliseconds. For who refuses. */
  take(): number {
    const waitMs = this.#waitMs();
    if (waitMs === 0) this.#count();
    return waitMs;
  }

  /**
   * Takes the next one there will be, in the order of the calls; `undefined` where it is there. For who slows down.
   * Rejects with the signal's reason.
   */
  turn(signal: AbortSignal): Promise<void> | undefined {
    const waitMs = this.#waitMs();
    this.#count();
    return waitMs === 0 ? undefined : this.#clock.sleep(waitMs, signal);
  }

  #waitMs(): number {
    // One more fits where the bucket, full in a second at most, would not be over.
    const overMs = this.#fullAtMs + this.#eachMs - this.#clock.elapsedMs() - 1_000;
    // Sums of fractions of a millisecond are a little off.
    return overMs > 1e-6 ? Math.ceil(overMs) : 0;
  }

  #count(): void {
    this.#fullAtMs = Math.max(this.#fullAtMs, this.#clock.elapsedMs()) + this.#eachMs;
  }
}

/** A rate for each peer: by its address, or by our name for it. */
export class Rates {
  readonly #clock: Clock;
  readonly #perSecondMax: number;
  readonly #rates = new Recent<Rate>();

  constructor(clock: Clock, perSecondMax: number) {
    this.#clock = clock;
    this.#perSecondMax = perSecondMax;
  }

  /** That of an address without a port, or of a partner's name; `undefined` where there is no bound. */
  of(peer: string): Rate | undefined {
    if (this.#perSecondMax === 0) return undefined;
    const key = peerOf(peer);
    const known = this.#rates.get(key);
    if (known) return known;
    const rate = new Rate(this.#clock, this.#perSecondMax);
    this.#rates.set(key, rate);
    return rate;
  }
}
