import type { Entry } from "./queue.ts";

/** Where an entry is that was passed over, and the keys it waits for; only one of them where it was not read yet. */
export interface Skipped {
  readonly position: number;
  readonly keys: readonly string[];
}

/** Entries that a queue has left on disk: the first of each key, which is read when the turn of its key comes. */
export class PassedOver {
  readonly #first = new Map<string, Skipped>();

  /** What was passed over, the first of each key. */
  get all(): Iterable<Skipped> {
    return this.#first.values();
  }

  /** True where an entry of the key was passed over. */
  has(key: string): boolean {
    return this.#first.has(key);
  }

  /** True where an entry of the key before this position was passed over. */
  hasBefore(key: string, position: number): boolean {
    return (this.#first.get(key)?.position ?? Infinity) < position;
  }

  /** True where the entry will be read when the turn of its key comes. */
  covers({ keys, position }: Entry): boolean {
    return keys?.some((key) => this.hasBefore(key, position + 1)) ?? false;
  }

  /** Leaves an entry on disk, and remembers where it is. */
  add(entry: Entry): void {
    for (const key of entry.keys ?? []) {
      if (!this.hasBefore(key, entry.position)) this.set(key, entry);
    }
  }

  /** The first entry of a key is this one from now on. */
  set(key: string, { position, keys }: Entry): void {
    this.#first.set(key, { position, keys: keys ?? [] });
  }

  /** From a position on it is all new ground: what was passed over there is met again. */
  forgetFrom(position: number): void {
    for (const [key, skipped] of this.#first) if (skipped.position >= position) this.#first.delete(key);
  }

  /**
   * A page from `from` to `last` was read, and the first entries of the keys in `behind` stay: those of all other keys are
   * further on, or, where the page went to the end of what was seen, nowhere.
   */
  moveOn(from: number, last: number, behind: ReadonlySet<string>, isEnd: boolean): void {
    for (const [key, { position }] of this.#first) {
      if (position < from || position > last || behind.has(key)) continue;
      if (isEnd) this.#first.delete(key);
      else this.#first.set(key, { position: last + 1, keys: [key] });
    }
  }

  clear(): void {
    this.#first.clear();
  }
}
