import type { Clock } from "../../../runtime/contract/world.ts";
import { peerOf } from "./network.ts";
import { Recent } from "./recent.ts";

interface Struck {
  readonly count: number;
  readonly lastMs: number;
}

/** Failures, to sign in for one, of each address: after `failuresMax` in a row it stays out for `outMs`. */
export class Strikes {
  readonly #clock: Clock;
  readonly #failuresMax: number;
  readonly #outMs: number;
  readonly #struck = new Recent<Struck>();

  constructor(
    clock: Clock,
    { failuresMax = 10, outMs = 60_000 }: { readonly failuresMax?: number; readonly outMs?: number } = {},
  ) {
    this.#clock = clock;
    this.#failuresMax = failuresMax;
    this.#outMs = outMs;
  }

  /** How long an address, without a port, stays out, in milliseconds; 0 where it may try. */
  outMs(address: string): number {
    const struck = this.#recent(peerOf(address));
    if (!struck || struck.count < this.#failuresMax) return 0;
    return Math.ceil(struck.lastMs + this.#outMs - this.#clock.elapsedMs());
  }

  /** It has failed. */
  strike(address: string): void {
    const peer = peerOf(address);
    const count = (this.#recent(peer)?.count ?? 0) + 1;
    this.#struck.set(peer, { count, lastMs: this.#clock.elapsedMs() });
  }

  /** It has not: what was before counts no more. */
  forgive(address: string): void {
    this.#struck.delete(peerOf(address));
  }

  /** What counts: failures count until there is none for `outMs`. */
  #recent(peer: string): Struck | undefined {
    const struck = this.#struck.get(peer);
    if (!struck || struck.lastMs + this.#outMs > this.#clock.elapsedMs()) return struck;
    this.#struck.delete(peer);
    return undefined;
  }
}
