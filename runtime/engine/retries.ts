import type { MitralError } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import { Circuit } from "./circuit.ts";
import type { OutboxEntry } from "./delivery_stages.ts";
import type { RetryPlan } from "./plan.ts";
import { backoffMs } from "./supervisor.ts";

/** What deliveries that wait need of their line. */
export interface RetriesParts {
  readonly retry: RetryPlan;
  readonly world: World;
  /** Its wait is over: it may be taken again. */
  again(entry: OutboxEntry): void;
  /** Nobody has answered at this destination several times in a row. */
  opened(error: MitralError): void;
  /** Somebody has. */
  closed(): void;
}

/**
 * Deliveries that were taken and wait: each out its own time, after an attempt of its own, or with the others, for the
 * circuit or for a person. They keep their keys, and so the order.
 */
export class Retries {
  readonly #parts: RetriesParts;
  readonly #circuit: Circuit;
  /** Those that wait out their time, what calls that off, and whether they wait because nobody has answered. */
  readonly #timed = new Map<OutboxEntry, { readonly stop: () => void; readonly isMissed: boolean }>();
  /** Those that wait together. */
  #kept: OutboxEntry[] = [];

  constructor(parts: RetriesParts) {
    this.#parts = parts;
    this.#circuit = new Circuit(parts.retry, parts.world, () => this.probe());
  }

  get isCircuitOpen(): boolean {
    return this.#circuit.isOpen;
  }

  /** True where the circuit lets a delivery be attempted now. */
  admits({ position }: OutboxEntry): boolean {
    return this.#circuit.admits(position);
  }

  /**
   * Where a probe is due: the one with the fewest attempts may be taken, since it may be a single delivery that gets no
   * answer, and not the destination that gives none.
   */
  probe(): void {
    if (!this.#circuit.isDue || this.#kept.length === 0) return;
    const next = this.#kept.reduce((one, other) => other.attempts < one.attempts ? other : one);
    this.#kept.splice(this.#kept.indexOf(next), 1);
    this.#parts.again(next);
  }

  /** A delivery was not attempted, and waits with the others until they are woken, or it is its turn to probe. */
  keep(entry: OutboxEntry): void {
    // Nobody answers there, so that it gets no answer either.
    if (this.#circuit.isOpen) entry.silentSinceMs ??= this.#parts.world.clock.elapsedMs();
    this.#kept.push(entry);
    this.#circuit.passes(entry.position);
  }

  /** All that wait together may be taken, in order. */
  wake(): void {
    for (const entry of inOrder(this.#kept.splice(0))) this.#parts.again(entry);
  }

  /** There is reason to think that somebody answers again: what waits for that waits no longer. */
  hurry(): void {
    this.#circuit.hurry();
    const missed = [...this.#timed].filter(([, { isMissed }]) => isMissed);
    for (const [, { stop }] of missed) stop();
    for (const entry of inOrder(missed.map(([entry]) => entry))) {
      this.#timed.delete(entry);
      this.#parts.again(entry);
    }
  }

  /** An attempt was answered, one way or the other. */
  answered(): void {
    if (!this.#circuit.answered()) return;
    for (const entry of this.#kept) entry.silentSinceMs = undefined;
    this.#parts.closed();
    this.wake();
  }

  /** An attempt got no answer. */
  missed({ position, attempts }: OutboxEntry, error: MitralError): void {
    if (!this.#circuit.missed(position, attempts, error.retryAfterMs)) return;
    for (const { stop } of this.#timed.values()) stop();
    this.#kept = inOrder([...this.#kept, ...this.#timed.keys()]);
    this.#timed.clear();
    this.#parts.opened(error);
  }

  /** It ends, or waits, without an attempt. */
  passes({ position }: OutboxEntry): void {
    this.#circuit.passes(position);
  }

  /**
   * After an attempt that failed: the same again, after a while. Returns how long that is at least; where nobody answers,
   * it is with the others.
   */
  again(entry: OutboxEntry, error: MitralError, isMissed: boolean): number {
    if (isMissed && this.#circuit.isOpen) {
      this.keep(entry);
      return this.#circuit.waitMs;
    }
    const { retry: { firstMs, longestMs }, world: { clock, random }, again } = this.#parts;
    const waitMs = Math.max(backoffMs(entry.attempts, firstMs, longestMs, random), error.retryAfterMs);
    const stop = clock.after(waitMs, () => {
      this.#timed.delete(entry);
      again(entry);
    });
    this.#timed.set(entry, { stop, isMissed });
    return waitMs;
  }

  /** Takes out those that wait together for which there is something, with what there is. */
  takeOut<T>(wanted: (entry: OutboxEntry) => T | undefined): (readonly [OutboxEntry, T])[] {
    const out: [OutboxEntry, T][] = [];
    this.#kept = this.#kept.filter((entry) => {
      const found = wanted(entry);
      if (found !== undefined) out.push([entry, found]);
      return found === undefined;
    });
    return out;
  }

  /** A delivery waits no more: it has ended. */
  forget(entry: OutboxEntry): void {
    this.#timed.get(entry)?.stop();
    this.#timed.delete(entry);
    this.#kept = this.#kept.filter((each) => each !== entry);
    this.#circuit.passes(entry.position);
  }

  /** Nothing waits any more: the line starts anew, and reads it again. */
  restart(): void {
    this.rest();
    this.#circuit.restart();
  }

  /** The line has stopped. */
  rest(): void {
    for (const { stop } of this.#timed.values()) stop();
    this.#timed.clear();
    this.#kept = [];
    this.#circuit.rest();
  }
}

function inOrder(entries: readonly OutboxEntry[]): OutboxEntry[] {
  return entries.toSorted((a, b) => a.position - b.position);
}
