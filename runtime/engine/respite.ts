import type { Clock } from "../contract/world.ts";

/** How long a peer is left alone that asked for it. */
export class Respite {
  readonly #clock: Clock;
  /** It begins, or it is over. */
  readonly #changed: (isNow: boolean) => void;
  #untilMs = 0;
  #forget = () => {};

  constructor(clock: Clock, changed: (isNow: boolean) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** From now on for so long, or for longer where that was asked for before; 0: nothing is asked for. */
  ask(ms: number): void {
    const untilMs = this.#clock.elapsedMs() + ms;
    if (ms === 0 || untilMs <= this.#untilMs) return;
    this.#forget();
    this.#untilMs = untilMs;
    this.#forget = this.#clock.after(ms, () => this.#changed(false));
    this.#changed(true);
  }

  /** Whatever was asked for is forgotten. */
  end(): void {
    this.#forget();
    this.#untilMs = 0;
    this.#changed(false);
  }
}
