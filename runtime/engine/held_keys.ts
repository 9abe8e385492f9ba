/** An entry that left its queue and holds its keys. */
export interface Holding {
  readonly position: number;
  readonly keys: readonly string[];
}

/** Keys of entries that left a queue and hold them all the same: what shares one waits until it is let go. */
export class HeldKeys {
  readonly #holders = new Map<number, readonly string[]>();
  #keys = new Set<string>();

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** An entry holds its keys from now on; one without keys holds nobody up. */
  hold({ position, keys }: Holding): void {
    if (keys.length === 0) return;
    this.#holders.set(position, keys);
    for (const key of keys) this.#keys.add(key);
  }

  /** Lets the keys of an entry go; false where it held none. */
  release(position: number): boolean {
    if (!this.#holders.delete(position)) return false;
    this.#keys = new Set([...this.#holders.values()].flat());
    return true;
  }

  /**
   * True where each of these, in the order of their positions, waits for a key that is held, or behind one that does.
   * That may take days: a barrier does not wait for it.
   */
  holdUpAll(waiting: readonly Holding[]): boolean {
    if (waiting.length === 0) return true;
    const held = new Set(this.#keys);
    return waiting.toSorted((a, b) => a.position - b.position).every(({ keys }) => {
      if (!keys.some((key) => held.has(key))) return false;
      for (const key of keys) held.add(key);
      return true;
    });
  }
}
