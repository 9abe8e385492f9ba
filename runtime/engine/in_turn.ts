/**
 * Begins what comes by one way in the order it came, where beginning takes more than a moment: a batch, a message in
 * pieces, one that is checked at length. Costs nothing while nothing of the kind is under way.
 */
export class InTurn {
  /** Resolves when the last that came by a way has begun. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Begins at once, unless something that came before by the way has not begun; returns what `begin` does. */
  begin<T>(way: string, begin: () => T | Promise<T>): T | Promise<T> {
    const before = this.#last.size > 0 ? this.#last.get(way) : undefined;
    const begun = before ? before.then(begin) : begin();
    if (begun instanceof Promise) this.#hold(way, begun);
    return begun;
  }

  #hold(way: string, begun: Promise<unknown>): void {
    const over = () => {
      if (this.#last.get(way) === last) this.#last.delete(way);
    };
    const last: Promise<void> = begun.then(over, over);
    this.#last.set(way, last);
  }
}
