import type { Random } from "../../runtime/contract/world.ts";

/** Chance that repeats itself: the same seed gives the same numbers (mulberry32). */
export class SeededRandom implements Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed;
  }

  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number {
    return Math.floor(this.number() * end);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.number() < probability;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}
