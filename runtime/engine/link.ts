/**
 * A bounded queue between two stages that outlives both: `[claimed… | waiting…]`, in order. What a stage claimed and
 * did not confirm before it crashed goes first, and in order, to its next incarnation.
 */
export class Link<T> {
  readonly #items: T[] = [];
  #claimed = 0;
  /** Whoever waits for an item, and whoever waits for room: at most a few of each. */
  #readers: (() => void)[] = [];
  #writers: (() => void)[] = [];

  constructor(readonly max: number) {}

  /** Items in the link, claimed ones included. */
  get size(): number {
    return this.#items.length;
  }

  /** The one reader of this life: first what its predecessor claimed and did not confirm. Ends with the life. */
  readable(life: AbortSignal): ReadableStream<T> {
    this.#claimed = 0;
    life.addEventListener("abort", () => wake(this.#readers), { once: true });
    return new ReadableStream<T>({
      pull: async (out) => {
        while (this.#claimed === this.#items.length && !life.aborted) await this.#turn(this.#readers);
        if (life.aborted) out.close();
        else out.enqueue(this.#items[this.#claimed++]);
      },
    }, { highWaterMark: 0 }); // 0: nothing waits where a crash would not see it
  }

  /** Waits for room. MUST NOT be confirmed upstream before it resolves; rejects when the writer's life is over. */
  put(item: T, life: AbortSignal): Promise<void> | void {
    if (life.aborted) throw life.reason;
    if (this.#items.length >= this.max) return this.#putLater(item, life);
    this.#items.push(item);
    wake(this.#readers);
  }

  /** Takes an item out. MUST follow the hand-over or the settlement, never precede it. */
  confirm(item: T): void {
    const at = this.#items.indexOf(item);
    if (at < 0) throw new Error("a link confirms what it holds");
    this.#items.splice(at, 1);
    if (at < this.#claimed) this.#claimed--;
    wake(this.#writers);
  }

  async #putLater(item: T, life: AbortSignal): Promise<void> {
    const wakeUp = () => wake(this.#writers);
    life.addEventListener("abort", wakeUp, { once: true });
    try {
      while (this.#items.length >= this.max && !life.aborted) await this.#turn(this.#writers);
    } finally {
      life.removeEventListener("abort", wakeUp);
    }
    life.throwIfAborted();
    this.#items.push(item);
    wake(this.#readers);
  }

  #turn(waiting: (() => void)[]): Promise<void> {
    return new Promise((resolve) => waiting.push(resolve));
  }
}

function wake(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
