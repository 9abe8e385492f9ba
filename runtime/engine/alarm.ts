import type { MitralError } from "../contract/error.ts";
import type { Clock } from "../contract/world.ts";
import type { OnPlan, Remedy } from "./plan.ts";
import type { Failure } from "./remedy.ts";

/** Says when somebody should look at a destination. */
export class Alarm {
  readonly #on: OnPlan;
  readonly #clock: Clock;
  readonly #raise: (id: string, why: Failure, error: MitralError) => void;
  /** Since when nothing got through, until it is told; then until something does. */
  #cancel: (() => void) | undefined;

  constructor(on: OnPlan, clock: Clock, raise: (id: string, why: Failure, error: MitralError) => void) {
    this.#on = on;
    this.#clock = clock;
    this.#raise = raise;
  }

  /** Tells somebody: at once of what is not tried again, once of what is refused for good, and of the rest after a while. */
  warn(id: string, failure: Failure, remedy: Remedy, error: MitralError): void {
    if (!this.#on[failure].alert) return;
    const raise = () => this.#raise(id, failure, error);
    if (remedy !== "retry") return raise();
    this.#cancel ??= this.#clock.after(failure === "rejected" ? 0 : this.#on.alertAfterMs, raise);
  }

  /** Something got through, or nobody tries any more: there is nothing to be told after a while. */
  calm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
