import type { Clock } from "../../../contract/world.ts";

/** How often something may fail, and in which time. */
interface Bound {
  readonly max: number;
  readonly withinMs: number;
}

const MINUTE_MS = 60_000;

/** Failures that are borne: of one name from one address, of an address, of a name wherever it is tried from. */
const BOUNDS = {
  both: { max: 5, withinMs: MINUTE_MS },
  address: { max: 30, withinMs: MINUTE_MS },
  name: { max: 60, withinMs: 60 * MINUTE_MS },
} as const satisfies Readonly<Record<string, Bound>>;

/** So many counts are kept; the oldest goes first. */
const KEPT_MAX = 10_000;

/**
 * Counts attempts to sign in before they are looked at, so that many at once are many all the same. Names that nobody has are
 * counted as others are.
 */
export class Throttle {
  readonly #clock: Pick<Clock, "elapsedMs">;
  readonly #counts = new Map<string, { readonly sinceMs: number; count: number }>();

  constructor(clock: Pick<Clock, "elapsedMs">) {
    this.#clock = clock;
  }

  /** Counts an attempt; false where there were too many. */
  admit(name: string, address: string): boolean {
    const counts = countsFor(name, address).map(([key, bound]) => [this.#count(key, bound), bound] as const);
    if (counts.some(([{ count }, { max }]) => count >= max)) return false;
    for (const [each] of counts) each.count++;
    return true;
  }

  /** An attempt that was right does not count. */
  forgive(name: string, address: string): void {
    for (const [key] of countsFor(name, address)) {
      const each = this.#counts.get(key);
      if (each) each.count--;
    }
    this.#counts.delete(countsFor(name, address)[0][0]);
  }

  #count(key: string, { withinMs }: Bound) {
    const nowMs = this.#clock.elapsedMs(), found = this.#counts.get(key);
    if (found && nowMs - found.sinceMs < withinMs) return found;
    const fresh = { sinceMs: nowMs, count: 0 };
    this.#counts.delete(key);
    this.#counts.set(key, fresh);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= KEPT_MAX) break;
      this.#counts.delete(oldest);
    }
    return fresh;
  }
}

function countsFor(name: string, address: string): readonly (readonly [key: string, bound: Bound])[] {
  return [
    [`both ${address} ${name}`, BOUNDS.both],
    [`address ${address}`, BOUNDS.address],
    [`name ${name}`, BOUNDS.name],
  ];
}
