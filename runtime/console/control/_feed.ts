/** Told in place of what was left out. */
export interface Skipped {
  /** So many are left out here: they came faster than they were read. */
  readonly skipped: number;
}

/** So many wait for a slow reader; what comes after them is counted and left out. */
export const waitingMax = 1000;

/** Things on their way to one reader, in order. Holds no more than {@linkcode waitingMax} of them. */
export class Feed<T> implements AsyncIterable<readonly (T | Skipped)[]> {
  #waiting: T[] = [];
  #skipped = 0;
  #wake = Promise.withResolvers<void>();
  #isClosed = false;
  readonly #end: () => void;

  /** `open` is handed what takes things, and returns what ends that. */
  constructor(open: (offer: (thing: T) => void) => () => void) {
    this.#end = open((thing) => this.#offer(thing));
  }

  #offer(thing: T): void {
    if (this.#waiting.length < waitingMax) this.#waiting.push(thing);
    else this.#skipped++;
    this.#wake.resolve();
  }

  /** Takes no more. May be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end();
    this.#wake.resolve();
  }

  /** Everything that waits, each time something does; ends when it is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly (T | Skipped)[]> {
    for (;;) {
      await this.#wake.promise;
      if (this.#isClosed) return;
      this.#wake = Promise.withResolvers<void>();
      const taken = this.#waiting, skipped = this.#skipped;
      this.#waiting = [];
      this.#skipped = 0;
      yield skipped > 0 ? [...taken, { skipped }] : taken;
    }
  }
}
