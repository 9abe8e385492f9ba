import type { MitralError } from "../contract/error.ts";
import type { Outcome } from "../contract/message.ts";
import type { Clock } from "../contract/world.ts";
import { errors } from "./errors.ts";

/** Peers that wait for a message's outcome, by the message's number in the journal. */
export class Waiters {
  readonly #waiting = new Map<number, ((outcome: Outcome) => void)[]>();

  #trouble: MitralError | undefined;

  /** True where somebody waits for the message. */
  has(seq: number): boolean {
    return this.#waiting.has(seq);
  }

  /** Calls `told` once with the outcome, unless the returned function is called first. */
  wait(seq: number, told: (outcome: Outcome) => void): () => void {
    if (this.#trouble) {
      told({ kind: "failed", error: this.#trouble });
      return () => {};
    }
    const others = this.#waiting.get(seq);
    if (others) others.push(told);
    else this.#waiting.set(seq, [told]);
    return () => {
      const left = this.#waiting.get(seq)?.filter((each) => each !== told) ?? [];
      if (left.length > 0) this.#waiting.set(seq, left);
      else this.#waiting.delete(seq);
    };
  }

  /** The outcome of a message; ENGINE_ANSWER_LATE where it is not known in time. */
  outcomeOf(seq: number, answerMsMax: number, clock: Clock): Promise<Outcome> {
    return new Promise((resolve) => {
      let unwait = () => {};
      const forget = clock.after(answerMsMax, () => {
        unwait();
        resolve({ kind: "failed", error: errors.error("ENGINE_ANSWER_LATE", { answerMsMax }) });
      });
      unwait = this.wait(seq, (outcome) => {
        forget();
        resolve(outcome);
      });
    });
  }

  /** Tells everybody who waits for the message. */
  tell(seq: number, outcome: Outcome): void {
    const waiting = this.#waiting.get(seq);
    if (!waiting) return;
    this.#waiting.delete(seq);
    for (const told of waiting) told(outcome);
  }

  /** Nothing becomes of any message any more: whoever waits is told at once, and whoever comes. */
  fail(error: MitralError): void {
    this.#trouble = error;
    for (const seq of [...this.#waiting.keys()]) this.tell(seq, { kind: "failed", error });
  }
}
