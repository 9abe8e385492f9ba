import type { Memory } from "../../contract/adapter.ts";

/** Where an entry stands in the ledger. */
export interface LedgerPlace {
  /** Which tree of the journal, from 1 on. */
  readonly epoch: number;
  /** From 0 on. */
  readonly number: number;
}

/** When something counts as with the collector that confirms nothing. */
export interface ForwardTrust {
  /** So long after it was sent, on a connection that has lived on … */
  readonly afterMs: number;
  /** … or once so many more were sent. */
  readonly afterEntries: number;
}

const KEY = "place";
/** How far two marks are apart at most, in time and in entries. */
const EVERY_MS = 10_000, EVERY_ENTRIES = 1_000;

/**
 * How far a collector has the ledger, durable: everything before `kept` is with it. What was sent since may be lost with a
 * connection, and is sent again.
 */
export class ForwardMark {
  readonly #memory: Memory;
  readonly #trust: ForwardTrust;
  readonly #nowMs: () => number;
  #kept: LedgerPlace;
  #written: LedgerPlace;
  /** Places that were passed, the oldest first. */
  #passed: { readonly place: LedgerPlace; readonly atMs: number; readonly count: number }[] = [];
  #count = 0;

  private constructor(memory: Memory, kept: LedgerPlace, trust: ForwardTrust, nowMs: () => number) {
    this.#memory = memory;
    this.#trust = trust;
    this.#nowMs = nowMs;
    this.#kept = this.#written = kept;
  }

  /** Remembers the one of the last run; where there was none, `first`. `nowMs`: a clock that nobody sets. */
  static async load(
    memory: Memory,
    first: LedgerPlace,
    { trust, nowMs }: { readonly trust: ForwardTrust; nowMs(): number },
  ): Promise<ForwardMark> {
    const [epoch, number] = (await memory.get(KEY))?.split("/").map(Number) ?? [];
    return new ForwardMark(memory, number === undefined ? first : { epoch, number }, trust, nowMs);
  }

  /** What is before it is not sent again. */
  get kept(): LedgerPlace {
    return this.#kept;
  }

  /** The entry before `place` was sent. */
  pass(place: LedgerPlace): void {
    const mark = { place, atMs: this.#nowMs(), count: ++this.#count };
    const before = this.#passed.at(-2);
    const isNear = before && mark.atMs - before.atMs < EVERY_MS && mark.count - before.count < EVERY_ENTRIES;
    if (isNear) this.#passed.pop();
    this.#passed.push(mark);
    this.#settle();
  }

  /** Nobody knows whether what was sent since `kept` has arrived. */
  doubt(): void {
    this.#passed = [];
  }

  /** Makes durable how far it is, where that has changed. */
  async save(): Promise<void> {
    this.#settle();
    const kept = this.#kept;
    if (kept === this.#written) return;
    await this.#memory.set(KEY, `${kept.epoch}/${kept.number}`);
    this.#written = kept;
  }

  #settle(): void {
    const { afterMs, afterEntries } = this.#trust;
    const nowMs = this.#nowMs();
    let settled = 0;
    for (const { atMs, count } of this.#passed) {
      if (nowMs - atMs < afterMs && this.#count - count < afterEntries) break;
      settled++;
    }
    if (settled === 0) return;
    this.#kept = this.#passed[settled - 1].place;
    this.#passed.splice(0, settled);
  }
}
