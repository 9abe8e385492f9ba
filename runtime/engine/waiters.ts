import type { Outcome } from "../contract/message.ts";
import type { Clock } from "../contract/world.ts";
import { errors } from "./errors.ts";

/** Peers that wait for a message's outcome, by the message's number in the journal. */
export class Waiters {
  readonly #waiting = new Map<number, ((outcome: Outcome) => void)[]>();

  /** True where somebody waits for the message. */
  has(seq: number): boolean {
    return this.#waiting.has(seq);
  }

  /** Calls `told` once with the outcome, unless the returned function is called first. */
  wait(seq: number, told: (outcome: Outcome) => void): () => void {
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
      const forget = clock.after(answerMsMax, () => {
        unwait();
        resolve({ kind: "failed", error: errors.error("ENGINE_ANSWER_LATE", { answerMsMax }) });
      });
      const unwait = this.wait(seq, (outcome) => {
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
}
