import type { Entry } from "./queue.ts";

/** Entries of a queue that are read and not started, in order, and what they take in memory. */
export class QueueWindow<E extends Entry> {
  #entries: E[] = [];
  #bytes = 0;

  get entries(): readonly E[] {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True where a barrier waits in it. */
  get hasBarrier(): boolean {
    return this.#entries.some(({ keys }) => keys?.length === 0);
  }

  find(position: number): E | undefined {
    return this.#entries.find((entry) => entry.position === position);
  }

  /** Puts an entry behind all others. */
  push(entry: E): void {
    this.#entries.push(entry);
    this.#bytes += entry.size;
  }

  /** Puts an entry in its place. */
  insert(entry: E): void {
    let at = this.#entries.length;
    while (at > 0 && this.#entries[at - 1].position > entry.position) at--;
    this.#entries.splice(at, 0, entry);
    this.#bytes += entry.size;
  }

  /** Takes out the entry that stands there. */
  takeAt(at: number): E {
    const [entry] = this.#entries.splice(at, 1);
    this.#bytes -= entry.size;
    return entry;
  }

  /** Drops what is not wanted. */
  keep(wanted: (entry: E) => boolean): void {
    this.#entries = this.#entries.filter(wanted);
    this.#bytes = this.#entries.reduce((sum, { size }) => sum + size, 0);
  }
}
