import { foldHashes, TILE_HASHES, TILE_LEVELS, tileReader } from "../../trust/ledger/tiles.ts";
import { HASH_BYTES, type HashReader, leafHash, rootOf } from "../../trust/ledger/tree.ts";
import { tellsDamage } from "../check.ts";
import { type Database, prepareAll, type Row, type Statements } from "../database.ts";
import { entriesIn } from "./bundle.ts";

/** Entries an epoch has room for: `ledger.place` is the epoch times this, and the number of the first entry. */
const EPOCH_ENTRIES = 2 ** 40;

/** Place of an entry. */
export function placeOf(epoch: number, number: number): number {
  return epoch * EPOCH_ENTRIES + number;
}

/** An entry as it was hashed. */
export interface StoredEntry {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** What one commit has added. */
export interface StoredBundle {
  /** Number of its first entry. */
  readonly first: number;
  /** No entry before it is later, in milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** Empty where it cannot be read. */
  readonly entries: readonly Uint8Array[];
}

/** Bundles that are read at once. */
const PAGE = 16;

/** The ledger as it lies in the journal's file. What is not there, or no bundle, is left out: whoever asks finds a gap. */
export class StoredLedger {
  readonly #sql: Statements<typeof STATEMENTS>;
  /** By epoch and level, the hashes of the last tile there as far as the tiles below it are full. */
  readonly #unfinished = new Map<string, { readonly number: number; readonly hashes: Uint8Array[] }>();

  constructor(database: Database) {
    this.#sql = prepareAll(database, STATEMENTS);
  }

  /** The epoch that counts now. */
  epoch(): number {
    return Number(this.#sql.epoch.get()!.value);
  }

  /** Epochs that have entries, oldest first. */
  epochs(): number[] {
    const epochs: number[] = [];
    for (let place: number | undefined = 0; (place = this.#firstFrom(place)) !== undefined;) {
      epochs.push(Math.floor(place / EPOCH_ENTRIES));
      place = placeOf(epochs.at(-1)! + 1, 0);
    }
    return epochs;
  }

  /** How many entries the ledger of an epoch has. */
  size(epoch: number): number {
    const last = this.bundleAt(epoch, EPOCH_ENTRIES - 1);
    // What is no bundle stands for an entry that is missing.
    return last ? last.first + Math.max(last.entries.length, 1) : 0;
  }

  /** The last bundle that begins at a number or before it. */
  bundleAt(epoch: number, number: number): StoredBundle | undefined {
    const range = [placeOf(epoch, number), placeOf(epoch, 0)];
    const row = unlessDamaged(() => this.#sql.bundleAt.get(...range)) ?? this.#sql.timeAt.get(...range);
    return row && bundleIn(row, epoch);
  }

  /** The first bundle of which no entry before it is as late as this. */
  bundleSince(epoch: number, atMs: number): StoredBundle | undefined {
    let [low, high] = [0, this.size(epoch)];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { place, at_ms } = this.#sql.timeAt.get(placeOf(epoch, middle), placeOf(epoch, 0)) ?? {};
      if (Number(at_ms) >= atMs) high = Number(place) - placeOf(epoch, 0);
      else low = middle + 1;
    }
    return this.#sql.bundleFrom.all(placeOf(epoch, low), placeOf(epoch + 1, 0), 1)
      .map((row) => bundleIn(row, epoch))[0];
  }

  /** Bundles that have entries from a number on, up to another. */
  *bundles(epoch: number, from: number, upTo: number): Generator<StoredBundle> {
    let next = this.bundleAt(epoch, from)?.first ?? from;
    while (next < upTo) {
      const range = [placeOf(epoch, next), placeOf(epoch, upTo)];
      const rows = unlessDamaged(() => this.#sql.bundleFrom.all(...range, PAGE)) ?? [];
      if (rows.length === 0) return;
      for (const row of rows) {
        const bundle = bundleIn(row, epoch);
        next = bundle.first + 1;
        yield bundle;
      }
    }
  }

  /** Entries from a number on, up to another. */
  *entries(epoch: number, from: number, upTo: number): Generator<StoredEntry> {
    for (const { first, entries } of this.bundles(epoch, from, upTo)) {
      for (const [at, bytes] of entries.entries()) {
        const number = first + at;
        if (number >= from && number < upTo) yield { number, bytes };
      }
    }
  }

  /** A tile that is full; `undefined` where it is not kept. */
  tile(epoch: number, level: number, number: number): Uint8Array | undefined {
    const row = unlessDamaged(() => this.#sql.tile.get(epoch, level, number));
    return row?.hashes as Uint8Array | undefined;
  }

  /** The tree of the first entries of an epoch. Its reader throws a RangeError where one of them is missing. */
  tree(epoch: number, size: number): HashReader {
    const seen = new Map<string, Uint8Array | undefined>();
    return tileReader((level, number) => {
      const place = `${level} ${number}`;
      if (!seen.has(place)) seen.set(place, this.#tileOf(epoch, level, number, size));
      return seen.get(place);
    });
  }

  /** Root of the tree of the first entries of an epoch; `undefined` where one of them is missing. */
  root(epoch: number, size: number): Uint8Array | undefined {
    try {
      return rootOf(size, this.tree(epoch, size));
    } catch (cause) {
      if (cause instanceof RangeError) return undefined;
      throw cause;
    }
  }

  #tileOf(epoch: number, level: number, number: number, size: number): Uint8Array | undefined {
    const kept = this.tile(epoch, level, number);
    if (kept) return kept;
    return level === 0 ? this.#leaves(epoch, number, size) : this.#rootsBelow(epoch, level, number);
  }

  /** Hashes of the entries of a tile, up to the first that is missing. */
  #leaves(epoch: number, tile: number, size: number): Uint8Array {
    const from = tile * TILE_HASHES, upTo = Math.min(from + TILE_HASHES, size);
    const hashes: Uint8Array[] = [];
    for (const { number, bytes } of this.entries(epoch, from, upTo)) {
      if (number !== from + hashes.length) break;
      hashes.push(leafHash(bytes));
    }
    return joined(hashes);
  }

  /** Hashes of a tile that is not full yet. What is full never changes: each is made once. */
  #rootsBelow(epoch: number, level: number, number: number): Uint8Array {
    const place = `${epoch} ${level}`;
    let known = this.#unfinished.get(place);
    if (known?.number !== number) this.#unfinished.set(place, known = { number, hashes: [] });
    const { hashes } = known;
    while (hashes.length < TILE_HASHES) {
      const below = this.tile(epoch, level - TILE_LEVELS, number * TILE_HASHES + hashes.length);
      if (!below) break;
      hashes.push(foldHashes(below));
    }
    return joined(hashes);
  }

  #firstFrom(place: number): number | undefined {
    const row = this.#sql.firstFrom.get(place);
    return row && Number(row.place);
  }
}

/** `undefined` where the disk has spoilt it: what is behind it may be whole. */
function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (cause) {
    if (tellsDamage(String(cause))) return undefined;
    throw cause;
  }
}

function bundleIn({ place, at_ms, entries = NOTHING }: Row, epoch: number): StoredBundle {
  const first = Number(place) - placeOf(epoch, 0);
  return { first, atMs: Number(at_ms), entries: entriesIn(entries as Uint8Array) ?? [] };
}

const NOTHING = new Uint8Array();

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [at, hash] of hashes.entries()) all.set(hash, at * HASH_BYTES);
  return all;
}

const BUNDLE = "SELECT place, at_ms, entries FROM ledger WHERE";

const STATEMENTS = {
  epoch: "SELECT value FROM setting WHERE name = 'epoch'",
  firstFrom: "SELECT place FROM ledger WHERE place >= ? ORDER BY place LIMIT 1",
  bundleAt: `${BUNDLE} place <= ? AND place >= ? ORDER BY place DESC LIMIT 1`,
  bundleFrom: `${BUNDLE} place >= ? AND place < ? ORDER BY place LIMIT ?`,
  timeAt: "SELECT place, at_ms FROM ledger WHERE place <= ? AND place >= ? ORDER BY place DESC LIMIT 1",
  tile: "SELECT hashes FROM tile WHERE epoch = ? AND level = ? AND number = ?",
} as const;
