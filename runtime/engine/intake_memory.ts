import type { Reading } from "../contract/adapter.ts";
import { limits } from "./limits.ts";

/**
 * The memory of what has been received and is not durable yet, for all channels of a gateway together. Where it is used
 * up, readers wait, and TCP holds their peers back; nothing is refused.
 *
 * Light deliveries wait for light ones only: a document that comes slowly is no reason to leave results unread. Of the
 * others, whoever has been reading for the longest goes on once none of them is on its way into the journal, however
 * large it becomes: otherwise readers could wait for each other for ever. So there are at most
 * `lightIntakeBytesMax` + `heavyIntakeBytesMax` + the largest message bytes of it, and what each connection may read
 * before it asks: `lightBytesMax` and one read.
 */
export class IntakeMemory {
  /** Handed over, and not durable. */
  #light = 0;
  #heavy = 0;
  /** Held by those in `#readers`. */
  #read = 0;
  /** Readings that are heavy, the oldest first. */
  readonly #readers = new Map<object, number>();
  readonly #waiting = new Map<object, { readonly isHeavy: boolean; go(): void }>();

  /** Bytes in memory now, those of light readings not counted. */
  get bytes(): number {
    return this.#light + this.#heavy + this.#read;
  }

  /** A delivery is handed over. */
  take(bytes: number): void {
    this.#count(bytes, 1);
  }

  /** It is durable, or will not be. */
  free(bytes: number): void {
    this.#count(bytes, -1);
    if (this.#waiting.size > 0) this.#wake();
  }

  /** What one connection, or one request, holds. */
  reading(): Reading {
    const reader = {};
    return {
      holds: (bytes, signal) => {
        this.#hold(reader, bytes);
        const isHeavy = bytes > limits.lightBytesMax;
        if (this.#mayRead(reader, isHeavy)) return undefined;
        return this.#room(reader, isHeavy, signal);
      },
      [Symbol.dispose]: () => this.#hold(reader, 0),
    };
  }

  #count(bytes: number, sign: 1 | -1): void {
    if (bytes > limits.lightBytesMax) this.#heavy += sign * bytes;
    else this.#light += sign * bytes;
  }

  #hold(reader: object, bytes: number): void {
    const before = this.#readers.get(reader) ?? 0;
    if (before === 0 && bytes <= limits.lightBytesMax) return;
    const now = bytes > limits.lightBytesMax ? bytes : 0;
    this.#read += now - before;
    // A reader that is there already keeps its place.
    if (now > 0) this.#readers.set(reader, now);
    else this.#readers.delete(reader);
    if (now < before && this.#waiting.size > 0) this.#wake();
  }

  #mayRead(reader: object, isHeavy: boolean): boolean {
    if (!isHeavy) return this.#light < limits.lightIntakeBytesMax;
    if (this.#heavy + this.#read < limits.heavyIntakeBytesMax) return true;
    return this.#heavy === 0 && this.#readers.keys().next().value === reader;
  }

  #room(reader: object, isHeavy: boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.delete(reader);
        reject(signal.reason);
      };
      const go = () => {
        this.#waiting.delete(reader);
        signal.removeEventListener("abort", stop);
        resolve();
      };
      this.#waiting.set(reader, { isHeavy, go });
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  #wake(): void {
    for (const [reader, { isHeavy, go }] of this.#waiting) if (this.#mayRead(reader, isHeavy)) go();
  }
}
