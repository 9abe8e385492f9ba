import { HeldKeys, type Holding } from "./held_keys.ts";
import { limits } from "./limits.ts";
import { PassedOver } from "./passed_over.ts";
import { QueueWindow } from "./queue_window.ts";

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
  /** Undone entries after a position, in order, at most `limit`. None: there are no more. */
  read(after: number, limit: number): Promise<readonly E[]>;
  /** Entries that left the queue and hold their keys all the same. Asked once, before the first entry is taken. */
  held?(): Promise<readonly Holding[]>;
}

/** What a queue may hold in memory, and read at once. */
export type QueueBounds = {
  readonly [K in "queueWindowMax" | "queueWindowBytesMax" | "pageMax"]: number;
};

/**
 * A durable queue as a line sees it: a window in memory, the rest on disk. Entries that share a key never run at once
 * and keep their order; one key that is held up never stops the others, however many of its entries wait: those are
 * skipped on disk, remembered by key, and read when their turn comes.
 */
export class Queue<E extends Entry> {
  readonly #pages: Pages<E>;
  readonly #openMax: number;
  readonly #bounds: QueueBounds;
  readonly #window = new QueueWindow<E>();
  /** Started and not settled, waiting for another attempt included. */
  readonly #open = new Map<number, E>();
  /** Keys of open entries. */
  readonly #busy = new Set<string>();
  readonly #held = new HeldKeys();
  #knowsHeld = false;
  /** Let go before what is held was known. */
  readonly #letGo = new Set<number>();
  #barriers = 0;
  /** Open entries whose next attempt is due. */
  #again: E[] = [];
  readonly #passedOver = new PassedOver();
  /** Everything up to here was seen. */
  #seen = 0;
  /** More may be on disk after `#seen`. */
  #more = true;
  #reading = false;
  /** Grows when `#seen` goes back: what a read that began before then brings is no longer what comes next. */
  #era = 0;
  /** Settled in memory, perhaps still undone in what a read returns. */
  readonly #leaving = new Set<number>();
  readonly #leftWhileReading = new Set<number>();
  /** Put back while they were leaving: once they have left, a read tells whether they are there. */
  readonly #backWhileLeaving = new Set<number>();
  #wakers: (() => void)[] = [];

  constructor(pages: Pages<E>, openMax: number, bounds: QueueBounds = limits) {
    this.#pages = pages;
    this.#openMax = openMax;
    this.#bounds = bounds;
  }

  /** Tells of an entry that has just become durable. In order of position. */
  offer(entry: E): void {
    // It was ended before anybody was told of it.
    if (this.#leaving.has(entry.position)) return;
    if (entry.position <= this.#seen) {
      if (!this.#isKnown(entry) && !this.#passedOver.covers(entry)) this.putBack(entry.position);
      return;
    }
    // An empty window takes it however large it is: it is in memory, and would only be read from disk again.
    const bytes = this.#window.bytes === 0 ? 0 : this.#window.bytes + entry.size;
    this.#more ||= this.#reading || this.#isFull() || bytes > this.#bounds.queueWindowBytesMax;
    if (!this.#more) {
      this.#window.push(entry);
      this.#seen = entry.position;
    }
    this.#wake();
  }

  /** Tells of an entry that was put back: it stands before some that were seen. It holds its keys no longer. */
  putBack(position: number): void {
    this.release(position);
    // A read for another that was put back may have brought it before, and it may have ended: not to be done twice.
    if (this.#leaving.has(position)) this.#backWhileLeaving.add(position);
    this.#leftWhileReading.delete(position);
    this.#seen = Math.min(this.#seen, position - 1);
    this.#more = true;
    this.#era++;
    this.#window.keep((entry) => entry.position < position);
    this.#passedOver.forgetFrom(position);
    this.#wake();
  }

  /** Forgets what is in memory: everything undone is read again, in order. */
  restart(): void {
    this.#window.keep(() => false);
    this.#open.clear();
    this.#busy.clear();
    this.#barriers = 0;
    this.#again = [];
    this.#passedOver.clear();
    this.#seen = 0;
    this.#more = true;
    this.#era++;
  }

  /** The next entry that may run. Waits for one; `undefined` once the signal is aborted. */
  async take(signal: AbortSignal): Promise<E | undefined> {
    if (!this.#knowsHeld) await this.#learnHeld();
    while (!signal.aborted) {
      const due = this.#nextDue();
      if (due) return due;
      if (this.#open.size < this.#openMax) {
        const next = this.#startable();
        if (next !== undefined) return this.#begin(next);
        const reading = this.#readMore();
        if (reading) {
          await reading;
          continue;
        }
      }
      // Nothing was awaited since the last look: what happens from here on wakes.
      await this.#turn(signal);
    }
    return undefined;
  }

  /** An entry that is in memory, started or not. */
  find(position: number): E | undefined {
    return this.#open.get(position) ?? this.#window.find(position);
  }

  /** True where an entry has ended, and that is not durable. */
  isLeaving(position: number): boolean {
    return this.#leaving.has(position);
  }

  /**
   * Ends an entry, started or not; until `durable` a read may still return it. Its keys, and its place among the open, are
   * free from then, or from now on.
   */
  settle(entry: E, durable: Promise<unknown>, from: "now" | "durable" = "now"): void {
    const { position } = entry;
    if (this.#open.get(position) !== entry) this.#window.keep((other) => other.position !== position);
    this.#leaving.add(position);
    const left = () => {
      if (from === "durable") this.#release(entry);
      const hasLeft = this.#leaving.delete(position);
      if (this.#backWhileLeaving.delete(position)) this.putBack(position);
      else if (hasLeft && this.#reading) this.#leftWhileReading.add(position);
    };
    durable.then(left, left);
    if (from === "now") this.#release(entry);
  }

  /** Ends an entry as {@linkcode Queue.settle} does, but its keys stay taken until it is put back or released. */
  hold(entry: E, durable: Promise<unknown>): void {
    this.#held.hold({ position: entry.position, keys: entry.keys ?? [] });
    this.settle(entry, durable, "durable");
  }

  /** Lets the keys of an entry that left go. */
  release(position: number): void {
    if (!this.#knowsHeld) this.#letGo.add(position);
    if (this.#held.release(position)) this.#wake();
  }

  /** Lets an open entry be taken again. It kept its keys all the while. */
  again(entry: E): void {
    if (this.#open.get(entry.position) !== entry) return;
    this.#again.push(entry);
    this.#wake();
  }

  #nextDue(): E | undefined {
    for (let due = this.#again.shift(); due; due = this.#again.shift()) {
      // It may have ended since.
      if (this.#open.get(due.position) === due) return due;
    }
    return undefined;
  }

  async #learnHeld(): Promise<void> {
    const holders = await this.#pages.held?.() ?? [];
    for (const holding of holders) if (!this.#letGo.has(holding.position)) this.#held.hold(holding);
    this.#letGo.clear();
    this.#knowsHeld = true;
  }

  #begin(at: number): E {
    const entry = this.#window.takeAt(at);
    this.#open.set(entry.position, entry);
    if (entry.keys?.length === 0) this.#barriers++;
    for (const key of entry.keys ?? []) this.#busy.add(key);
    return entry;
  }

  #release(entry: E): void {
    if (this.#open.get(entry.position) === entry) {
      this.#open.delete(entry.position);
      if (entry.keys?.length === 0) this.#barriers--;
      for (const key of entry.keys ?? []) this.#busy.delete(key);
    }
    this.#wake();
  }

  /** Where in the window the first entry stands that nothing before it holds up. */
  #startable(): number | undefined {
    if (this.#barriers > 0) return undefined;
    const before = new Set<string>();
    const { entries } = this.#window;
    for (let at = 0; at < entries.length; at++) {
      const { keys, position } = entries[at];
      if (keys === null) return at;
      if (keys.length === 0) {
        return this.#open.size === 0 && this.#onlyHeldBefore(at) ? at : undefined;
      }
      const free = keys.every((key) =>
        !this.#isTaken(key) && !before.has(key) && !this.#passedOver.hasBefore(key, position)
      );
      if (free) return at;
      for (const key of keys) before.add(key);
    }
    return undefined;
  }

  /** True where nothing keeps a barrier back that does not wait for a held key itself. */
  #onlyHeldBefore(at: number): boolean {
    const { entries } = this.#window;
    const { position: barrier } = entries[at];
    const skipped = [...this.#passedOver.all].filter(({ position }) => position < barrier);
    const before = entries.slice(0, at).map(({ position, keys }) => ({ position, keys: keys ?? [] }));
    return this.#held.holdUpAll([...skipped, ...before]);
  }

  /** Brings entries in from disk, one read at a time; `undefined` where there is nothing to bring now. */
  #readMore(): Promise<void> | undefined {
    // Beside a barrier nothing may start, whatever is brought.
    if (this.#reading || this.#barriers > 0) return undefined;
    const from = this.#nextToResume();
    if (from !== undefined) return this.#read(from - 1, (rows) => this.#resume(from, rows));
    if (!this.#more || (this.#isFull() && (this.#window.hasBarrier || !this.#makeRoom()))) return undefined;
    this.#more = false;
    return this.#read(this.#seen, (rows) => this.#advance(rows));
  }

  async #read(after: number, bring: (rows: readonly E[]) => void): Promise<void> {
    const era = this.#era;
    this.#reading = true;
    try {
      const rows = await this.#pages.read(after, this.#bounds.pageMax);
      if (era === this.#era) bring(rows);
    } finally {
      this.#reading = false;
      this.#leftWhileReading.clear();
    }
  }

  /**
   * New ground: what a busy key or a full window keeps out is skipped and remembered. Behind a barrier nothing is: what
   * was skipped stands before every barrier that waits.
   */
  #advance(rows: readonly E[]): void {
    // Only an empty page is the end: a page of large entries is short.
    if (rows.length > 0) this.#more = true;
    let behindBarrier = this.#window.hasBarrier;
    for (const row of rows) {
      if (row.position <= this.#seen) continue;
      const blocked = this.#isHeldUp(row);
      const full = this.#isFull();
      if (full && (behindBarrier || (!blocked && !this.#makeRoom()))) return;
      this.#seen = row.position;
      if (this.#isKnown(row)) continue;
      const crowded = full || this.#window.entries.length >= this.#bounds.queueWindowMax / 2;
      if (blocked && crowded && !behindBarrier) this.#passedOver.add(row);
      else this.#window.push(row);
      behindBarrier ||= row.keys?.length === 0;
    }
  }

  /**
   * Old ground, from a passed-over entry on: brings what could start, whatever its key. What stays behind is remembered
   * anew, and so is where the page ended.
   */
  #resume(from: number, rows: readonly E[]): void {
    const { queueWindowMax, queueWindowBytesMax } = this.#bounds;
    let room = Math.max(queueWindowMax / 4, queueWindowMax - this.#window.entries.length);
    let bytes = queueWindowBytesMax / 4;
    const behind = new Set<string>();
    for (const row of rows) {
      if (row.position > this.#seen) break;
      if (row.keys === null || this.#isKnown(row)) continue;
      const ready = room > 0 && bytes > 0 &&
        row.keys.every((key) =>
          !this.#isTaken(key) && !behind.has(key) && !this.#passedOver.hasBefore(key, from)
        );
      if (ready) {
        room--;
        bytes -= row.size;
        this.#window.insert(row);
      } else {
        for (const key of row.keys) {
          if (!behind.has(key) && !this.#passedOver.hasBefore(key, from)) this.#passedOver.set(key, row);
          behind.add(key);
        }
      }
    }
    const last = rows.at(-1)?.position ?? Infinity;
    this.#passedOver.moveOn(from, last, behind, last >= this.#seen);
  }

  /** Where the first entry of a key stands that was passed over and could start now. */
  #nextToResume(): number | undefined {
    for (const { position, keys } of this.#passedOver.all) {
      const free = keys.every((key) => !this.#isTaken(key) && !this.#passedOver.hasBefore(key, position));
      if (
        free && !this.#window.entries.some((entry) => entry.position < position && sharesKey(entry, keys))
      ) {
        return position;
      }
    }
    return undefined;
  }

  /** Moves the entries of busy keys out of a full window. */
  #makeRoom(): boolean {
    const heldUp = this.#window.entries.filter((entry) => this.#isHeldUp(entry));
    for (const entry of heldUp) this.#passedOver.add(entry);
    const out = new Set(heldUp);
    this.#window.keep((entry) => !out.has(entry));
    return heldUp.length > 0;
  }

  /** True where an entry of the key is open, or has left and holds it. */
  #isTaken(key: string): boolean {
    return this.#busy.has(key) || this.#held.has(key);
  }

  #isFull(): boolean {
    return this.#window.entries.length >= this.#bounds.queueWindowMax ||
      this.#window.bytes >= this.#bounds.queueWindowBytesMax;
  }

  /** True where a key of the entry is open, or has an earlier entry that was passed over. */
  #isHeldUp(entry: E): boolean {
    return entry.keys?.some((key) => this.#isTaken(key) || this.#passedOver.has(key)) ?? false;
  }

  #isKnown(row: E): boolean {
    return this.#open.has(row.position) || this.#leaving.has(row.position) ||
      this.#leftWhileReading.has(row.position) ||
      this.#window.find(row.position) !== undefined;
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

function sharesKey(entry: Entry, keys: readonly string[]): boolean {
  return entry.keys?.some((key) => keys.includes(key)) ?? false;
}
