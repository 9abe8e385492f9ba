import type { OpenSender, Parcel } from "../../contract/adapter.ts";
import type { Outcome } from "../../contract/message.ts";

/** A sender that several use: as many sends at once as it has lanes, the others in the order they came. */
export class Lanes implements OpenSender {
  readonly #sender: OpenSender;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(sender: OpenSender, lanes: number) {
    this.#sender = sender;
    this.#free = lanes;
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    await this.#turn(signal);
    try {
      signal.throwIfAborted();
      return await this.#sender.send(parcel, signal);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sender[Symbol.asyncDispose]();
  }

  /** Resolves once a lane is this one's; rejects with the signal's reason. */
  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason);
      };
      const go = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      this.#waiting.push(go);
      signal.addEventListener("abort", stop, { once: true });
    });
  }
}
