import type { World } from "../contract/world.ts";
import { limits } from "./limits.ts";
import type { RetryPlan } from "./plan.ts";
import { backoffMs } from "./supervisor.ts";

/**
 * Keeps the deliveries of a destination back while nobody answers there. It opens after several attempts in a row that
 * got no answer; then one delivery at a time probes, after waits that double. Any answer closes it, a refusal too.
 */
export class Circuit {
  readonly #retry: RetryPlan;
  readonly #world: World;
  /** A probe may begin. */
  readonly #due: () => void;
  /** Attempts in a row that nobody answered. */
  #missed = 0;
  /** How often the wait has doubled. */
  #level = 0;
  #isOpen = false;
  /** Position of the delivery that probes, or did so last. */
  #probe: number | undefined;
  /** What calls the wait for the next probe off; `undefined` while none is waited for. */
  #waiting: (() => void) | undefined;
  #dueAtMs = 0;

  constructor(retry: RetryPlan, world: World, due: () => void) {
    this.#retry = retry;
    this.#world = world;
    this.#due = due;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** True where the next delivery that asks may probe. */
  get isDue(): boolean {
    return this.#isOpen && this.#probe === undefined && this.#waiting === undefined;
  }

  /** True where this delivery may be attempted now; while the circuit is open it is the probe from then on. */
  admits(position: number): boolean {
    if (this.isDue) this.#probe = position;
    return !this.#isOpen || this.#probe === position;
  }

  /** An attempt was answered; true where that has closed the circuit. */
  answered(): boolean {
    const wasOpen = this.#isOpen;
    this.#missed = 0;
    this.#level = 0;
    this.#isOpen = false;
    this.#probe = undefined;
    this.rest();
    return wasOpen;
  }

  /**
   * An attempt of a delivery, its so manieth, got no answer; true where that has opened the circuit. The next probe begins
   * no sooner than in `leastMs`.
   */
  missed(position: number, attempts: number, leastMs: number): boolean {
    this.#missed++;
    const opens = !this.#isOpen && this.#missed >= limits.circuitMissesMax;
    if (opens) this.#isOpen = true;
    else if (!this.#isOpen || this.#probe !== position) return false;
    this.#level = Math.max(this.#level + 1, attempts);
    this.#wait(leastMs);
    return opens;
  }

  /** The delivery that was to probe does not: another may. */
  passes(position: number): void {
    if (this.#probe !== position) return;
    this.#probe = undefined;
    if (this.isDue) this.#due();
  }

  /** There is reason to think that somebody answers again: the next probe waits no longer. */
  hurry(): void {
    if (!this.#waiting) return;
    this.rest();
    this.#due();
  }

  /** How long it is until the next probe. */
  get waitMs(): number {
    return Math.max(this.#dueAtMs - this.#world.clock.elapsedMs(), 0);
  }

  /** The line starts anew: what it takes first probes. */
  restart(): void {
    this.rest();
    this.#probe = undefined;
  }

  /** Waits for no probe any more. */
  rest(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #wait(leastMs: number): void {
    const { random, clock } = this.#world;
    const { firstMs, longestMs, unansweredMs = Infinity } = this.#retry;
    // Where deliveries are given up after a while, the peer is tried that often.
    const waitMs = Math.max(
      Math.min(backoffMs(this.#level, firstMs, longestMs, random), unansweredMs),
      leastMs,
    );
    this.rest();
    this.#probe = undefined;
    this.#dueAtMs = clock.elapsedMs() + waitMs;
    this.#waiting = clock.after(waitMs, () => {
      this.#waiting = undefined;
      this.#due();
    });
  }
}
