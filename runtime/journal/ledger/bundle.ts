import type { EntryPlace, LedgerEntry } from "../../trust/ledger/entry.ts";
import { ENTRY_BYTES_MAX, writeEntry } from "../../trust/ledger/entry_bytes.ts";
import { HASH_BYTES, leafHashInto } from "../../trust/ledger/tree.ts";

/** Entries behind each other, each behind its length (2 bytes, big-endian): as C2SP tlog-tiles has entry bundles. It grows. */
export class GrowingBundle {
  #bytes = new Uint8Array(START_BYTES);
  #length = 0;
  /** Where the first entry lies that was not hashed. */
  #hashed = 0;
  readonly #hash = new Uint8Array(HASH_BYTES);
  /** How many entries it has. */
  count = 0;

  /** Adds an entry. `place`: as {@linkcode writeEntry} takes it. */
  add(entry: LedgerEntry, place?: EntryPlace): void {
    if (this.#bytes.length - this.#length < 2 + ENTRY_BYTES_MAX) this.#grow();
    const bytes = this.#bytes, at = this.#length, end = writeEntry(bytes, at + 2, entry, place);
    const length = end - at - 2;
    bytes[at] = length >> 8;
    bytes[at + 1] = length;
    this.#length = end;
    this.count++;
  }

  /** Gives the hash of each entry that was added since the last time; it stands until the next is given. */
  hashAdded(take: (hash: Uint8Array) => void): void {
    const bytes = this.#bytes;
    let at = this.#hashed;
    while (at < this.#length) {
      const low = bytes[at + 1], end = at + 2 + bytes[at] * 256 + low;
      // A zero byte before it, as long as it is hashed.
      bytes[at + 1] = 0;
      leafHashInto(this.#hash, bytes.subarray(at + 1, end));
      bytes[at + 1] = low;
      take(this.#hash);
      at = end;
    }
    this.#hashed = at;
  }

  /** What it has, which stands until something is added; it is empty afterwards. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.clear();
    return taken;
  }

  /** Forgets what it has. One that has become large is not kept. */
  clear(): void {
    this.#length = this.#hashed = this.count = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(START_BYTES);
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#bytes.length);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const START_BYTES = 128 << 10;
const KEPT_BYTES = 1 << 20;

/** A bundle of entries that are bytes already. */
export function bundleOf(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    bundle.set([entry.length >> 8, entry.length & 0xff], at);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** What is in a bundle, in order; `undefined` where it does not end with an entry. */
export function entriesIn(bundle: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const start = at + 2, end = start + bundle[at] * 256 + bundle[at + 1];
    if (!(end <= bundle.length)) return undefined;
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return entries;
}
