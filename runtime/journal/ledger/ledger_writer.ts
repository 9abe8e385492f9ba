import type { EntryPlace, LedgerEntry } from "../../trust/ledger/entry.ts";
import { TILE_HASHES } from "../../trust/ledger/tiles.ts";
import { HASH_BYTES, type HashReader, leafHash } from "../../trust/ledger/tree.ts";
import { TreeEdge } from "../../trust/ledger/tree_edge.ts";
import { type Database, prepareAll, type Statements } from "../database.ts";
import { bodyCommitment, type SaltedBody } from "./body_commitment.ts";
import { GrowingBundle } from "./bundle.ts";
import type { LedgerHead } from "./operations.ts";
import { placeOf, StoredLedger } from "./stored_ledger.ts";

/** The ledger of the epoch that counts, as far as this transaction has come. */
interface Open {
  readonly epoch: number;
  readonly edge: TreeEdge;
  /** The latest time of an entry. */
  latestMs: number;
  /** How many entries are kept. */
  kept: number;
}

/** An entry as it was told. */
interface Told {
  entry: LedgerEntry;
  readonly place: EntryPlace | undefined;
  readonly salted: SaltedBody | undefined;
}

interface Tile {
  readonly level: number;
  readonly number: number;
  readonly hashes: Uint8Array;
}

/**
 * Adds to the ledger in the journal's own transactions: one row for all that a commit tells, and tiles that have become full.
 * The right edge of the tree is kept in memory, and made again from what is stored when a transaction was rolled back.
 * What is told is written and hashed when the commit is near, all of it together: one by one between other work it takes
 * twice as long, since what does it has left the processor's caches each time.
 *
 * It never fails for what is stored: what is acknowledged must not be refused because somebody has changed the ledger. Where
 * entries are missing their hashes are taken for zeros; the tree is another then, and `readLedgerTrouble` tells.
 */
export class LedgerWriter {
  readonly #stored: StoredLedger;
  readonly #sql: Statements<typeof STATEMENTS>;
  /** Messages up to this number came before there was a ledger, if there is none yet. */
  readonly #messagesBefore: number;
  #open: Open | undefined;
  #told: Told[] = [];
  readonly #added = new GrowingBundle();
  #tiles: Tile[] = [];

  constructor(database: Database) {
    this.#stored = new StoredLedger(database);
    this.#sql = prepareAll(database, STATEMENTS);
    this.#messagesBefore = Number(this.#sql.lastMessage.get()!.seq);
  }

  /**
   * As part of a transaction. `place`: in the place of what the entry says of it; `salted`: the body it commits to,
   * which MUST stay as it is until the commit.
   */
  add(entry: LedgerEntry, place?: EntryPlace, salted?: SaltedBody): void {
    this.#told.push({ entry, place, salted });
  }

  /** How far it has come, with what this transaction has added. */
  head(): LedgerHead {
    const { epoch, edge } = this.#appended();
    return { epoch, size: edge.size, root: edge.root() };
  }

  /** As part of the transaction in which entries were added: its last act. */
  keep(): void {
    if (this.#told.length === 0 && this.#added.count === 0) return;
    const open = this.#appended(), { count } = this.#added;
    this.#sql.insert.run(placeOf(open.epoch, open.kept), open.latestMs, this.#added.take());
    for (const { level, number, hashes } of this.#tiles) {
      this.#sql.insertTile.run(open.epoch, level, number, hashes);
    }
    open.kept += count;
    this.#tiles = [];
  }

  /** Forgets what a rolled-back transaction may have added. */
  forget(): void {
    this.#open = undefined;
    this.#told = [];
    this.#added.clear();
    this.#tiles = [];
  }

  /** With all that was told. */
  #appended(): Open {
    const open = this.#opened(), told = this.#told;
    if (told.length === 0) return open;
    this.#told = [];
    for (const each of told) {
      const { entry, salted } = each;
      if (salted) each.entry = { ...entry, body: bodyCommitment(salted.salt, salted.body) };
    }
    if (open.edge.size === 0) this.#added.add(this.#beginning(open.epoch, told[0].entry.atMs));
    for (const { entry, place } of told) {
      this.#added.add(entry, place);
      open.latestMs = Math.max(open.latestMs, entry.atMs);
    }
    this.#added.hashAdded((leaf) => open.edge.append(leaf));
    return open;
  }

  #opened(): Open {
    return this.#open ??= this.#make();
  }

  #make(): Open {
    const epoch = this.#stored.epoch(), kept = this.#stored.size(epoch);
    const fullTiles = Math.floor(kept / TILE_HASHES), from = fullTiles * TILE_HASHES;
    const edge = TreeEdge.restore(
      fullTiles,
      orZeros(this.#stored.tree(epoch, kept)),
      (level, number, hashes) => {
        this.#tiles.push({ level, number, hashes });
      },
    );
    for (const { number, bytes } of this.#stored.entries(epoch, from, kept)) {
      while (edge.size < number) edge.append(ZEROS);
      if (number === edge.size) edge.append(leafHash(bytes));
    }
    while (edge.size < kept) edge.append(ZEROS);
    const latestMs = this.#stored.bundleAt(epoch, kept)?.atMs ?? 0;
    return { epoch, edge, latestMs, kept };
  }

  /** The first entry of an epoch says how far the ledger before it has come, or how many messages came before all ledgers. */
  #beginning(epoch: number, atMs: number): LedgerEntry {
    const before = this.#stored.epochs().filter((each) => each < epoch).at(-1);
    if (before === undefined) return { kind: "began", atMs, serial: this.#messagesBefore };
    const size = this.#stored.size(before), root = this.#stored.root(before, size) ?? ZEROS;
    const note = this.#sql.lastNote.get(before)?.note;
    const origin = note === undefined ? `//${before}` : String(note).split("\n", 1)[0];
    return { kind: "began", atMs, before: `${origin} ${size} ${root.toBase64()}` };
  }
}

const ZEROS = new Uint8Array(HASH_BYTES);

function orZeros(reader: HashReader): HashReader {
  return {
    hash(level, index) {
      try {
        return reader.hash(level, index);
      } catch (cause) {
        if (cause instanceof RangeError) return ZEROS;
        throw cause;
      }
    },
  };
}

const STATEMENTS = {
  lastMessage: "SELECT ifnull(max(seq), 0) AS seq FROM message",
  insert: "INSERT INTO ledger (place, at_ms, entries) VALUES (?, ?, ?)",
  // One that somebody has put there is in the way of nothing.
  insertTile: "INSERT OR REPLACE INTO tile (epoch, level, number, hashes) VALUES (?, ?, ?, ?)",
  lastNote: "SELECT note FROM checkpoint WHERE epoch = ? ORDER BY size DESC LIMIT 1",
} as const;
