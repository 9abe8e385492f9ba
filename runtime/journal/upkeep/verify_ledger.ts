import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readOrigin, verifyCheckpoint } from "../../trust/ledger/checkpoint.ts";
import { verifyCosignature } from "../../trust/ledger/cosignature.ts";
import type { LedgerEntry } from "../../trust/ledger/entry.ts";
import { decodeEntry } from "../../trust/ledger/entry_bytes.ts";
import { HASH_BYTES, leafHash } from "../../trust/ledger/tree.ts";
import { TreeEdge } from "../../trust/ledger/tree_edge.ts";
import type { MasterKey } from "../../trust/master_key.ts";
import type { Database, Row } from "../database.ts";
import { StoredLedger } from "../ledger/stored_ledger.ts";
import { sameBytes } from "../same_bytes.ts";
import { errors, mustBeCurrent } from "../schema.ts";
import { Sealing } from "../sealing.ts";
import { openReader } from "../sqlite_database.ts";
import { type Finding, Findings } from "./findings.ts";
import { ToldEnds } from "./told_ends.ts";
import { ToldMessages } from "./told_messages.ts";
import type { Tell } from "./upkeep.ts";

/** What signatures are checked with: keys as partner files give them, 32 bytes each. */
export interface LedgerKeys {
  /** Every key this gateway has ever signed heads with. Empty: signatures are not checked. */
  readonly own: readonly Uint8Array[];
  /** Of witnesses, by the name they sign with: see `witnessNameOf`. */
  readonly witnesses: readonly { readonly name: string; readonly publicBytes: Uint8Array }[];
}

/** A ledger that is to be looked through. */
export interface LedgerToVerify {
  /** A data folder, in use or not, or a backup. */
  readonly folder: string;
  /** Left out: bodies are not compared with what the ledger says of them. */
  readonly masterKey?: MasterKey;
  readonly keys?: LedgerKeys;
}

/** The ledger of an epoch. */
export interface EpochVerified {
  readonly epoch: number;
  readonly size: number;
  /** In base64, as checkpoints have it. */
  readonly root: string;
  /** Signed heads it was compared with. */
  readonly checkpoints: number;
  /** Of witnesses: those that were checked, and those whose keys were not given. */
  readonly cosignatures: number;
  readonly unchecked: number;
  /** The largest head that a witness has signed, as far as its signature was checked, by the name it signs with. */
  readonly witnessed: readonly WitnessedUpTo[];
}

/** How far a witness has seen a ledger. */
export interface WitnessedUpTo {
  readonly name: string;
  readonly size: number;
  /** By the witness's clock. */
  readonly atMs: number;
}

/** What a look at the whole ledger found. */
export interface LedgerVerified {
  readonly findings: { readonly count: number; readonly list: readonly Finding[] };
  readonly epochs: readonly EpochVerified[];
  readonly entries: number;
  /** Messages, and ends of deliveries, that were compared with what it tells. */
  readonly messages: number;
  readonly deliveries: number;
  /** False without the master key. */
  readonly opened: boolean;
}

/**
 * Looks through the ledger of every epoch, as it is at one moment: that each entry is one, that their hashes are those in the
 * tiles and their trees those that were signed, and that it tells of every message and every end of a delivery that is in the
 * journal. Linear; what is held in memory does not grow with it. Blocks: for a thread of its own. Errors: JOURNAL_FILE_MISSING,
 * JOURNAL_VERSION_…, MASTER_KEY_WRONG.
 */
export function verifyLedger({ folder, masterKey, keys }: LedgerToVerify, tell: Tell): LedgerVerified {
  if (!existsSync(`${folder}/journal.db`)) errors.fail("JOURNAL_FILE_MISSING", { folder });
  const database = openReader(`${folder}/journal.db`);
  try {
    mustBeCurrent(database);
    database.exec("BEGIN");
    const sealing = masterKey && new Sealing(database, masterKey, randomBytes);
    return lookThrough({ database, sealing, keys, tell });
  } finally {
    database.close();
  }
}

/** The same of a journal that is open, and that nobody writes to meanwhile. */
export function lookThrough(parts: OpenLedger): LedgerVerified {
  const ends = new ToldEnds();
  try {
    return new Look({ ...parts, ends }).all();
  } finally {
    ends.close();
  }
}

/** A journal whose ledger is to be looked through. */
export interface OpenLedger {
  readonly database: Database;
  readonly sealing: Sealing | undefined;
  readonly keys: LedgerKeys | undefined;
  readonly tell: Tell;
}

interface LookParts extends OpenLedger {
  readonly ends: ToldEnds;
}

class Look {
  readonly #parts: LookParts;
  readonly #stored: StoredLedger;
  readonly #findings = new Findings();
  readonly #total: number;
  #messages: ToldMessages | undefined;
  /** Messages up to this number came before there was a ledger; `undefined`: there is none. */
  #before: number | undefined;
  #entries = 0;

  constructor(parts: LookParts) {
    this.#parts = parts;
    this.#stored = new StoredLedger(parts.database);
    this.#total = this.#epochs().reduce((sum, epoch) => sum + this.#stored.size(epoch), 0);
  }

  all(): LedgerVerified {
    const { database, ends, sealing, tell } = this.#parts;
    const epochs: EpochVerified[] = [];
    for (const epoch of this.#epochs()) epochs.push(this.#epoch(epoch, epochs.at(-1)));
    this.#told().end();
    if (this.#before !== undefined) {
      ends.compare(database, this.#before, this.#findings, (done) => {
        tell({ doing: "comparing what has ended", done });
      });
    }
    return {
      findings: { count: this.#findings.count, list: this.#findings.list },
      epochs,
      entries: this.#entries,
      messages: this.#told().compared,
      deliveries: ends.compared,
      opened: sealing !== undefined,
    };
  }

  /** Those of which there are entries, or only signed heads. */
  #epochs(): readonly number[] {
    const signed = this.#parts.database.prepare("SELECT DISTINCT epoch FROM checkpoint").all();
    const all = new Set([...this.#stored.epochs(), ...signed.map(({ epoch }) => Number(epoch))]);
    return [...all].sort((a, b) => a - b);
  }

  #epoch(epoch: number, previous: EpochVerified | undefined): EpochVerified {
    const heads = new Heads(this.#parts, epoch, this.#findings);
    let tiles = 0;
    const edge = new TreeEdge((level, number, hashes) => {
      tiles++;
      const kept = this.#stored.tile(epoch, level, number);
      if (!kept || !sameBytes(kept, hashes)) this.#damaged(epoch, `tile ${level}/${number}`);
    });
    const append = (leaf: Uint8Array) => {
      edge.append(leaf);
      heads.reached(edge);
    };
    heads.reached(edge);
    const size = this.#stored.size(epoch);
    for (const { number, bytes } of this.#stored.entries(epoch, 0, size)) {
      if (number !== edge.size) this.#damaged(epoch, `entry ${Math.min(number, edge.size)}`);
      while (edge.size < number) append(MISSING);
      append(leafHash(bytes));
      this.#entry(epoch, number, bytes, previous);
    }
    if (edge.size < size) this.#damaged(epoch, `entry ${edge.size}`);
    const { count } = this.#parts.database.prepare("SELECT count(*) AS count FROM tile WHERE epoch = ?").get(
      epoch,
    )!;
    if (Number(count) > tiles) this.#damaged(epoch, `${Number(count) - tiles} tiles too many`);
    heads.end(edge);
    const { checkpoints, cosignatures, unchecked } = heads, witnessed = [...heads.witnessed.values()];
    return {
      ...{ epoch, size: edge.size, root: edge.root().toBase64() },
      ...{ checkpoints, cosignatures, unchecked, witnessed },
    };
  }

  #entry(epoch: number, number: number, bytes: Uint8Array, previous: EpochVerified | undefined): void {
    if (++this.#entries % TOLD_EVERY === 0) {
      this.#parts.tell({ doing: "reading the ledger", done: this.#entries, total: this.#total });
    }
    let entry: LedgerEntry;
    try {
      entry = decodeEntry(bytes);
    } catch {
      return this.#damaged(epoch, `entry ${number}`);
    }
    if ((entry.kind === "began") !== (number === 0)) this.#damaged(epoch, `entry ${number}: where it begins`);
    this.#before ??= entry.kind === "began" && entry.serial || 0;
    if (entry.kind === "began" && previous) this.#began(epoch, entry, previous);
    if (entry.kind === "received") this.#told().received(entry);
    this.#parts.ends.tell(entry);
  }

  #began(epoch: number, { before }: LedgerEntry, previous: EpochVerified): void {
    if (before?.slice(before.indexOf(" ") + 1) !== `${previous.size} ${previous.root}`) {
      this.#findings.add("ledgerChanged", `epoch ${previous.epoch}: not as epoch ${epoch} found it`);
    }
  }

  #told(): ToldMessages {
    return this.#messages ??= new ToldMessages({ ...this.#parts, findings: this.#findings }, this.#before);
  }

  #damaged(epoch: number, what: string): void {
    this.#findings.add("ledgerDamaged", `epoch ${epoch}: ${what}`);
  }
}

/** The signed heads of an epoch, smallest first. */
class Heads {
  checkpoints = 0;
  cosignatures = 0;
  unchecked = 0;
  readonly witnessed = new Map<string, WitnessedUpTo>();
  readonly #parts: LookParts;
  readonly #epoch: number;
  readonly #findings: Findings;
  #next: Row | undefined;

  constructor(parts: LookParts, epoch: number, findings: Findings) {
    this.#parts = parts;
    this.#epoch = epoch;
    this.#findings = findings;
    this.#advance(-1);
  }

  /** The tree has so many entries by now. */
  reached(edge: TreeEdge): void {
    if (Number(this.#next?.size) !== edge.size) return;
    this.#compare(this.#next!, edge.root().toBase64());
    this.#advance(edge.size);
  }

  /** The tree has no more entries. */
  end(edge: TreeEdge): void {
    for (; this.#next; this.#advance(Number(this.#next.size))) {
      this.#findings.add("ledgerShortened", `${this.#named(this.#next)}: ${edge.size} entries are left`);
    }
  }

  #advance(after: number): void {
    this.#next = this.#parts.database.prepare(
      "SELECT size, note FROM checkpoint WHERE epoch = ? AND size > ? ORDER BY size LIMIT 1",
    ).get(this.#epoch, after);
  }

  #named({ size }: Row): string {
    return `epoch ${this.#epoch}: checkpoint ${size}`;
  }

  #compare(row: Row, root: string): void {
    this.checkpoints++;
    const note = String(row.note), [origin, size, signed] = note.split("\n", 3);
    if (size !== String(row.size) || signed !== root || readOrigin(origin)?.epoch !== this.#epoch) {
      this.#findings.add("ledgerChanged", this.#named(row));
    }
    const { own = [], witnesses = [] } = this.#parts.keys ?? {};
    if (own.length > 0 && !verifyCheckpoint(note, ...own)) {
      this.#findings.add("ledgerSignatureWrong", this.#named(row));
    }
    const lines = this.#parts.database.prepare("SELECT line FROM cosignature WHERE epoch = ? AND size = ?");
    for (const { line } of lines.all(this.#epoch, row.size)) {
      const keys = witnesses.filter(({ name }) => String(line).split(" ")[1] === name);
      if (keys.length === 0) this.unchecked++;
      else {
        this.cosignatures++;
        const [{ name }] = keys;
        const atMs = keys.map(({ publicBytes }) => verifyCosignature(note + line, name, publicBytes))
          .find((time) => time !== undefined);
        if (atMs === undefined) {
          this.#findings.add("ledgerSignatureWrong", `${this.#named(row)}: ${name}`);
        } else this.witnessed.set(name, { name, size: Number(row.size), atMs });
      }
    }
  }
}

const TOLD_EVERY = 10_000;
/** Stands for the hash of an entry that is not there. */
const MISSING = new Uint8Array(HASH_BYTES);
