import type { Reading } from "../../runtime/contract/adapter.ts";
import type { Hold } from "./_hold.ts";

/** A session's share of the memory for what is not durable: requests that wait, and a file that is handed over. */
export class Share implements Disposable {
  readonly #reading: Reading;
  readonly #hold: Hold;
  readonly #signal: AbortSignal;
  #waiting = 0;
  #file = 0;
  #room: Promise<void> | undefined;

  /** `hold`: what is kept from being read while there is no room. `signal`: nobody waits for room any longer. */
  constructor(reading: Reading, hold: Hold, signal: AbortSignal) {
    this.#reading = reading;
    this.#hold = hold;
    this.#signal = signal;
  }

  /** So many bytes wait now. */
  waiting(bytes: number): void {
    this.#waiting = bytes;
    // Whoever waits for room asks once it is there.
    if (!this.#room) this.#ask();
  }

  /** Resolves when a file may be read into memory; rejects with the signal's reason. */
  async file(bytes: number): Promise<void> {
    await this.#room;
    this.#file = bytes;
    this.#ask();
    await this.#room;
  }

  /** The file is handed over, or will not be. */
  handed(): void {
    this.#file = 0;
    this.waiting(this.#waiting);
  }

  [Symbol.dispose](): void {
    this.#reading[Symbol.dispose]();
  }

  #ask(): void {
    const room = this.#reading.holds(this.#waiting + this.#file, this.#signal);
    if (!room) return;
    const letGo = this.#hold.take();
    const end = () => {
      this.#room = undefined;
      letGo();
    };
    this.#room = room.finally(end);
    this.#room.catch(() => {});
  }
}
