/** Things that wait, each for somebody: whoever has something waiting has their turn, however much others want. */
export class FairQueue<T> {
  /** In the order of their turns. A `Map` keeps the order of insertion. */
  readonly #waiting = new Map<number, T[]>();

  /** Puts something behind what waits for the same. */
  add(whose: number, item: T): void {
    const items = this.#waiting.get(whose);
    if (items) items.push(item);
    else this.#waiting.set(whose, [item]);
  }

  /** The next; whose it is goes to the end of the turns. */
  take(): T | undefined {
    for (const [whose, items] of this.#waiting) {
      const item = items.shift();
      this.#waiting.delete(whose);
      if (items.length > 0) this.#waiting.set(whose, items);
      return item;
    }
    return undefined;
  }

  /** Forgets something. */
  remove(whose: number, item: T): void {
    const items = this.#waiting.get(whose)?.filter((each) => each !== item) ?? [];
    if (items.length > 0) this.#waiting.set(whose, items);
    else this.#waiting.delete(whose);
  }
}
