import { limits } from "./limits.ts";

/** A message or a delivery in a durable queue. */
export interface Entry {
  /** Grows with the order of the queue. */
  readonly position: number;
  /**
   * What this entry excludes while it is open. Empty: a barrier, alone with all before and after it. `null`: nothing,
   * it runs beside any other.
   */
  readonly keys: readonly string[] | null;
  /** Memory it takes. */
  readonly size: number;
}

/** Where the rest of a queue is. */
export interface Pages<E extends Entry> {
  /** Undone entries after a position, in order, at most `limit`. */
  read(after: number, limit: number): Promise<readonly E[]>;
}

/**
 * A durable queue as a line sees it: a window in memory, the rest on disk. Entries that share a key never run at once
 * and keep their order; one key that is held up never stops the others, however many of its entries wait: those are
 * skipped on disk, remembered by key, and read when their turn comes.
 */
export class Queue<E extends Entry> {
  readonly #pages: Pages<E>;
  readonly #openMax: number;
  /** Read and not started, in order. */
  #window: E[] = [];
  #windowBytes = 0;
  /** Started and not settled, waiting for another attempt included. */
  readonly #open = new Map<number, E>();
  /** Keys of open entries. */
  readonly #busy = new Set<string>();
  #barriers = 0;
  /** Open entries whose next attempt is due. */
  #again: E[] = [];
  /** The first entry of a key that was passed over. */
  readonly #skipped = new Map<string, number>();
  /** Everything up to here was seen. */
  #seen = 0;
  /** More may be on disk after `#seen`. */
  #more = true;
  #reading = false;
  /** Settled in memory, perhaps still undone in what a read returns. */
  readonly #leaving = new Set<number>();
  readonly #leftWhileReading = new Set<number>();
  #wakers: (() => void)[] = [];

  constructor(pages: Pages<E>, openMax: number) {
    this.#pages = pages;
    this.#openMax = openMax;
  }

  /** Tells of an entry that has just become durable. In order of position. */
  offer(entry: E): void {
    if (entry.position <= this.#seen) {
      if (!this.#isKnown(entry)) this.putBack(entry.position);
      return;
    }
    const room = this.#window.length < limits.queueWindowMax &&
      this.#windowBytes + entry.size <= limits.queueWindowBytesMax;
    if (this.#more || this.#reading || !room) {
      this.#more = true;
    } else {
      this.#push(entry);
      this.#seen = entry.position;
    }
    this.#wake();
  }

  /** Tells of an entry that was put back: it stands before some that were seen. */
  putBack(position: number): void {
    this.#leaving.delete(position);
    this.#leftWhileReading.delete(position);
    this.#seen = Math.min(this.#seen, position - 1);
    this.#more = true;
    this.#dropWindow();
    this.#wake();
  }

  /** Forgets what is in memory: everything undone is read again, in order. */
  restart(): void {
    this.#dropWindow();
    this.#open.clear();
    this.#busy.clear();
    this.#barriers = 0;
    this.#again = [];
    this.#skipped.clear();
    this.#seen = 0;
    this.#more = true;
  }

  /** The next entry that may run. Waits for one; `undefined` once the signal is aborted. */
  async take(signal: AbortSignal): Promise<E | undefined> {
    while (!signal.aborted) {
      const due = this.#again.shift();
      if (due) return due;
      if (this.#open.size < this.#openMax) {
        const next = this.#startable();
        if (next !== undefined) return this.#begin(next);
        if (await this.#readMore()) continue;
      }
      await this.#turn(signal);
    }
    return undefined;
  }

  /** Ends an entry. Its keys are free; until `durable` a read may still return it. */
  settle(entry: E, durable: Promise<unknown>): void {
    this.#release(entry);
    this.#leaving.add(entry.position);
    const left = () => {
      if (!this.#leaving.delete(entry.position)) return;
      if (this.#reading) this.#leftWhileReading.add(entry.position);
    };
    durable.then(left, left);
    this.#wake();
  }

  /** Lets an open entry be taken again. It kept its keys all the while. */
  again(entry: E): void {
    if (this.#open.get(entry.position) !== entry) return;
    this.#again.push(entry);
    this.#wake();
  }

  #begin(at: number): E {
    const [entry] = this.#window.splice(at, 1);
    this.#windowBytes -= entry.size;
    this.#open.set(entry.position, entry);
    if (entry.keys?.length === 0) this.#barriers++;
    for (const key of entry.keys ?? []) this.#busy.add(key);
    return entry;
  }

  #release(entry: E): void {
    if (this.#open.get(entry.position) !== entry) return;
    this.#open.delete(entry.position);
    if (entry.keys?.length === 0) this.#barriers--;
    for (const key of entry.keys ?? []) this.#busy.delete(key);
  }

  /** Where in the window the first entry stands that nothing before it holds up. */
  #startable(): number | undefined {
    if (this.#barriers > 0) return undefined;
    const before = new Set<string>();
    for (let at = 0; at < this.#window.length; at++) {
      const { keys, position } = this.#window[at];
      if (keys === null) return at;
      if (keys.length === 0) {
        const alone = at === 0 && this.#open.size === 0 && this.#skipped.size === 0;
        return alone ? at : undefined;
      }
      const free = keys.every((key) =>
        !this.#busy.has(key) && !before.has(key) && !((this.#skipped.get(key) ?? Infinity) < position)
      );
      if (free) return at;
      for (const key of keys) before.add(key);
    }
    return undefined;
  }

  /** Brings entries in from disk; false where there is nothing to bring now. One read at a time. */
  async #readMore(): Promise<boolean> {
    if (this.#reading) return false;
    const key = this.#keyToResume();
    if (key === undefined && (!this.#more || this.#barrierWaits())) return false;
    const after = key === undefined ? this.#seen : this.#skipped.get(key)! - 1;
    this.#reading = true;
    this.#more = key === undefined ? false : this.#more;
    try {
      const rows = await this.#pages.read(after, limits.pageMax);
      if (key === undefined) this.#advance(rows);
      else this.#resume(key, rows);
      return true;
    } finally {
      this.#reading = false;
      this.#leftWhileReading.clear();
    }
  }

  /** New ground: what a busy key or a full window keeps out is skipped and remembered. */
  #advance(rows: readonly E[]): void {
    if (rows.length === limits.pageMax) this.#more = true;
    for (const row of rows) {
      if (row.position <= this.#seen) continue;
      const blocked = this.#isHeldUp(row);
      const full = this.#window.length >= limits.queueWindowMax ||
        this.#windowBytes >= limits.queueWindowBytesMax;
      if (full && !blocked && !this.#makeRoom()) {
        this.#more = true;
        return;
      }
      this.#seen = row.position;
      if (this.#isKnown(row)) continue;
      if (blocked && (full || this.#window.length >= limits.queueWindowMax / 2)) this.#skip(row);
      else this.#push(row);
      if (row.keys?.length === 0) {
        this.#more = true;
        return;
      }
    }
  }

  /** Old ground: the entries of one key that were passed over. */
  #resume(key: string, rows: readonly E[]): void {
    this.#skipped.delete(key);
    let room = Math.max(1, limits.queueWindowMax / 4);
    for (const row of rows) {
      if (row.position > this.#seen) return;
      if (!row.keys?.includes(key) || this.#isKnown(row)) continue;
      if (room-- <= 0) return void this.#skipped.set(key, row.position);
      this.#insert(row);
    }
    const last = rows.at(-1);
    if (rows.length === limits.pageMax && last!.position < this.#seen) {
      this.#skipped.set(key, last!.position + 1);
    }
  }

  /** A key that was passed over, is free now and has nothing ready in the window. */
  #keyToResume(): string | undefined {
    for (const key of this.#skipped.keys()) {
      if (!this.#busy.has(key) && !this.#window.some((entry) => entry.keys?.includes(key))) return key;
    }
    return undefined;
  }

  /** Moves the entries of busy keys out of a full window. */
  #makeRoom(): boolean {
    const kept = this.#window.filter((entry) => !this.#isHeldUp(entry));
    if (kept.length === this.#window.length) return false;
    for (const entry of this.#window) if (!kept.includes(entry)) this.#skip(entry);
    this.#window = kept;
    this.#windowBytes = kept.reduce((sum, entry) => sum + entry.size, 0);
    return true;
  }

  #skip(entry: E): void {
    for (const key of entry.keys ?? []) {
      this.#skipped.set(key, Math.min(this.#skipped.get(key) ?? Infinity, entry.position));
    }
  }

  #barrierWaits(): boolean {
    return this.#window.some((entry) => entry.keys?.length === 0);
  }

  /** True where a key of the entry is open, or has an earlier entry that was passed over. */
  #isHeldUp(entry: E): boolean {
    return entry.keys?.some((key) => this.#busy.has(key) || this.#skipped.has(key)) ?? false;
  }

  #isKnown(row: E): boolean {
    return this.#open.has(row.position) || this.#leaving.has(row.position) ||
      this.#leftWhileReading.has(row.position) ||
      this.#window.some((entry) => entry.position === row.position);
  }

  #push(entry: E): void {
    this.#window.push(entry);
    this.#windowBytes += entry.size;
  }

  #insert(entry: E): void {
    let at = this.#window.length;
    while (at > 0 && this.#window[at - 1].position > entry.position) at--;
    this.#window.splice(at, 0, entry);
    this.#windowBytes += entry.size;
  }

  #dropWindow(): void {
    this.#window = [];
    this.#windowBytes = 0;
  }

  #wake(): void {
    for (const resolve of this.#wakers.splice(0)) resolve();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const wake = () => this.#wake();
    signal.addEventListener("abort", wake, { once: true });
    await new Promise<void>((resolve) => this.#wakers.push(resolve));
    signal.removeEventListener("abort", wake);
  }
}
