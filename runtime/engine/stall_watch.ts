import type { Clock } from "../contract/world.ts";
import { limits } from "./limits.ts";

/** Tells of a commit, or a large body, that takes too long: a disk that hangs gives no error. */
export class StallWatch {
  readonly #clock: Clock;
  readonly #changed: (isStalled: boolean, forMs: number) => void;
  /** What is under way, the oldest first: when each began. */
  readonly #underWay = new Set<{ readonly sinceMs: number }>();
  /** What the disk does not get done. */
  #stalled: { readonly sinceMs: number } | undefined;
  #forget: (() => void) | undefined;

  constructor(clock: Clock, changed: (isStalled: boolean, forMs: number) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** True while something takes too long. */
  get isStalled(): boolean {
    return this.#stalled !== undefined;
  }

  /** Something begins; the function that is returned is called when it is over. One timer serves all that end in time. */
  begun(): () => void {
    const work = { sinceMs: this.#clock.elapsedMs() };
    this.#underWay.add(work);
    this.#forget ??= this.#clock.after(limits.diskStalledMs, () => this.#look());
    return () => {
      this.#underWay.delete(work);
      if (work !== this.#stalled) return;
      this.#stalled = undefined;
      this.#changed(false, this.#clock.elapsedMs() - work.sinceMs);
    };
  }

  /** Watches no more. */
  stop(): void {
    this.#forget?.();
  }

  #look(): void {
    this.#forget = undefined;
    const [oldest] = this.#underWay;
    if (!oldest) return;
    const forMs = this.#clock.elapsedMs() - oldest.sinceMs;
    const leftMs = limits.diskStalledMs - forMs;
    this.#forget = this.#clock.after(leftMs > 0 ? leftMs : limits.diskStalledMs, () => this.#look());
    if (leftMs > 0 || this.#stalled) return;
    this.#stalled = oldest;
    this.#changed(true, forMs);
  }
}
