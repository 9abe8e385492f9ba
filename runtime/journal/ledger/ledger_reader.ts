import { Buffer } from "node:buffer";
import { decodeEntry } from "../../trust/ledger/entry_bytes.ts";
import { consistencyProof, type HashReader, inclusionProof } from "../../trust/ledger/tree.ts";
import type { Database } from "../database.ts";
import type { Names } from "../names.ts";
import { errors } from "../schema.ts";
import type {
  AskCheckpoints,
  AskConsistency,
  AskEntries,
  AskEntryAt,
  AskHandedFiles,
  AskInclusion,
  CheckpointRecord,
  EntriesSlice,
  HandedFile,
  NumberedEntry,
} from "./operations.ts";
import { StoredLedger } from "./stored_ledger.ts";

/** Answers what the ledger is asked. */
export class LedgerReader {
  readonly #database: Database;
  readonly #names: Names;
  readonly #stored: StoredLedger;

  constructor({ database, names }: { readonly database: Database; readonly names: Names }) {
    this.#database = database;
    this.#names = names;
    this.#stored = new StoredLedger(database);
  }

  /** Errors: JOURNAL_LEDGER_GAP. */
  entries({ epoch = this.#stored.epoch(), from, limit, message }: AskEntries): EntriesSlice {
    const size = this.#stored.size(epoch), upTo = Math.min(from + limit, size);
    const about = message === undefined ? undefined : Buffer.from(`"id":${JSON.stringify(message)},`);
    const entries: NumberedEntry[] = [];
    let next = from;
    for (const { number, bytes } of this.#stored.entries(epoch, from, upTo)) {
      if (number !== next++) gap(size);
      if (about && !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(about)) continue;
      // Copied: a view would take its whole bundle along.
      entries.push({ number, entry: decodeEntry(bytes), bytes: bytes.slice() });
    }
    if (next < upTo) gap(size);
    return { epoch, entries, next: upTo < size ? upTo : null };
  }

  entryAt({ epoch = this.#stored.epoch(), atMs }: AskEntryAt): number {
    const bundle = this.#stored.bundleSince(epoch, atMs);
    if (!bundle) return this.#stored.size(epoch);
    return bundle.first + Math.max(bundle.entries.findIndex((bytes) => decodeEntry(bytes).atMs >= atMs), 0);
  }

  /** Errors: JOURNAL_LEDGER_SHORT, JOURNAL_LEDGER_GAP. */
  inclusion({ epoch, number, size }: AskInclusion): readonly Uint8Array[] {
    if (number >= size) errors.fail("JOURNAL_LEDGER_SHORT", { found: size, size: number + 1 });
    return this.#prove(epoch, size, (tree) => inclusionProof(number, size, tree));
  }

  /** Errors: JOURNAL_LEDGER_SHORT, JOURNAL_LEDGER_GAP. */
  consistency({ epoch, from, size }: AskConsistency): readonly Uint8Array[] {
    if (from > size) errors.fail("JOURNAL_LEDGER_SHORT", { found: size, size: from });
    return this.#prove(epoch, size, (tree) => consistencyProof(from, size, tree));
  }

  checkpoints({ epoch, sizeMin = 0, limit }: AskCheckpoints): readonly CheckpointRecord[] {
    const rows = this.#database.prepare(
      `SELECT epoch, size, at_ms, note FROM checkpoint WHERE (?1 IS NULL OR epoch = ?1) AND size >= ?2
       ORDER BY epoch DESC, size DESC LIMIT ?3`,
    ).all(epoch ?? null, sizeMin, limit);
    const lines = this.#database.prepare(
      "SELECT witness, line FROM cosignature WHERE epoch = ? AND size = ? ORDER BY witness",
    );
    return rows.map((row) => {
      const added = lines.all(row.epoch, row.size);
      return {
        epoch: Number(row.epoch),
        size: Number(row.size),
        atMs: Number(row.at_ms),
        note: String(row.note) + added.map(({ line }) => String(line)).join(""),
        witnesses: added.map(({ witness }) => this.#names.textOf(Number(witness))),
      };
    });
  }

  handedFiles({ gateway }: AskHandedFiles): readonly HandedFile[] {
    const rows = this.#database.prepare(
      "SELECT sha256, serial, at_ms, bytes FROM handed_file WHERE gateway = ? ORDER BY serial DESC, at_ms DESC",
    ).all(this.#names.find(gateway) ?? -1);
    return rows.map(({ sha256, serial, at_ms, bytes }) => ({
      serial: Number(serial),
      atMs: Number(at_ms),
      sha256: String(sha256),
      bytes: bytes as Uint8Array,
    }));
  }

  #prove(epoch: number, size: number, prove: (tree: HashReader) => Uint8Array[]): readonly Uint8Array[] {
    const found = this.#stored.size(epoch);
    if (size > found) errors.fail("JOURNAL_LEDGER_SHORT", { found, size });
    try {
      return prove(this.#stored.tree(epoch, size));
    } catch (cause) {
      if (cause instanceof RangeError) gap(size);
      throw cause;
    }
  }
}

function gap(size: number): never {
  return errors.fail("JOURNAL_LEDGER_GAP", { size });
}
