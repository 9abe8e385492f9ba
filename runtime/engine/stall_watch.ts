import type { Clock } from "../contract/world.ts";
import { limits } from "./limits.ts";

/** Tells of a commit that does not come to its end: a disk that hangs gives no error. */
export class StallWatch {
  readonly #clock: Clock;
  readonly #changed: (isStalled: boolean, forMs: number) => void;
  /** When the commit under way began. */
  #sinceMs: number | undefined;
  #isStalled = false;
  #forget: (() => void) | undefined;

  constructor(clock: Clock, changed: (isStalled: boolean, forMs: number) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** True while a commit takes too long. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** A commit has begun. One timer serves all those that end in time. */
  begun(atMs: number): void {
    this.#sinceMs = atMs;
    this.#forget ??= this.#clock.after(limits.commitStalledMs, () => this.#look());
  }

  /** It is over, well or not. */
  ended(): void {
    const sinceMs = this.#sinceMs;
    this.#sinceMs = undefined;
    if (!this.#isStalled) return;
    this.#isStalled = false;
    this.#changed(false, this.#clock.elapsedMs() - sinceMs!);
  }

  /** Watches no more. */
  stop(): void {
    this.#forget?.();
  }

  #look(): void {
    this.#forget = undefined;
    if (this.#sinceMs === undefined) return;
    const forMs = this.#clock.elapsedMs() - this.#sinceMs;
    if (forMs < limits.commitStalledMs) {
      this.#forget = this.#clock.after(limits.commitStalledMs - forMs, () => this.#look());
      return;
    }
    this.#isStalled = true;
    this.#changed(true, forMs);
  }
}
