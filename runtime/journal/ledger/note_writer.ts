import type { Database, Statements } from "../database.ts";
import { prepareAll } from "../database.ts";
import { createHash } from "node:crypto";
import type { Names } from "../names.ts";
import { DAY_MS, dayOf } from "../sealing.ts";
import type { KeepCheckpoint, KeepCosignature, KeepHandedFile } from "./operations.ts";
import { readLedgerTrouble } from "./trouble.ts";

/**
 * A head that no witness has signed is kept so long: the answer of one may be under way. Ten a second come under load, and all
 * that are kept are looked through for those to forget, while whoever writes waits.
 */
const UNSIGNED_MS = 60_000;
/** How often it is looked for those that are older. */
const FORGET_MS = 60_000;

/** Keeps signed heads, what witnesses add to them, and partner files: what the ledger is checked with. */
export class NoteWriter {
  readonly #names: Names;
  readonly #sql: Statements<typeof STATEMENTS>;
  /** A head that the ledger does not agree with is not forgotten. */
  readonly #isTrusted: boolean;
  #forgotAtMs = -Infinity;

  constructor(database: Database, names: Names) {
    this.#names = names;
    this.#sql = prepareAll(database, STATEMENTS);
    this.#isTrusted = readLedgerTrouble(database) === undefined;
  }

  keepCheckpoint({ epoch, size, atMs, note }: KeepCheckpoint): null {
    this.#sql.keepCheckpoint.run(epoch, size, atMs, note);
    if (this.#isTrusted && Math.abs(atMs - this.#forgotAtMs) >= FORGET_MS) {
      this.#forgotAtMs = atMs;
      this.#sql.forgetUnsigned.run(epoch, size, atMs - UNSIGNED_MS);
    }
    return null;
  }

  keepCosignature({ epoch, size, witness, atMs, line }: KeepCosignature): null {
    // It may be forgotten since it was sent: the witness will be asked about a larger one.
    if (!this.#sql.checkpoint.get(epoch, size)) return null;
    const by = this.#names.idOf(witness), fromMs = dayOf(atMs) * DAY_MS;
    this.#sql.keepCosignature.run(epoch, size, by, atMs, line);
    if (this.#isTrusted) this.#sql.forgetEarlier.run(epoch, by, size, fromMs, fromMs + DAY_MS);
    return null;
  }

  keepHandedFile({ gateway, serial, atMs, bytes }: KeepHandedFile): null {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.#sql.keepFile.run(sha256, this.#names.idOf(gateway), serial, atMs, bytes);
    return null;
  }
}

const STATEMENTS = {
  checkpoint: "SELECT 1 FROM checkpoint WHERE epoch = ? AND size = ?",
  keepCheckpoint: "INSERT OR IGNORE INTO checkpoint (epoch, size, at_ms, note) VALUES (?, ?, ?, ?)",
  forgetUnsigned: `DELETE FROM checkpoint WHERE epoch = ? AND size < ? AND at_ms < ? AND NOT EXISTS
    (SELECT 1 FROM cosignature WHERE cosignature.epoch = checkpoint.epoch AND cosignature.size = checkpoint.size)`,
  keepCosignature:
    // The first time it was seen counts.
    "INSERT OR IGNORE INTO cosignature (epoch, size, witness, at_ms, line) VALUES (?, ?, ?, ?, ?)",
  // The last before somebody's keys changed shows that a signature was there before its key was revoked.
  forgetEarlier:
    `DELETE FROM cosignature WHERE epoch = ? AND witness = ? AND size < ? AND at_ms >= ? AND at_ms < ?
    AND at_ms >= (SELECT ifnull(max(at_ms), 0) FROM handed_file)`,
  keepFile:
    "INSERT OR IGNORE INTO handed_file (sha256, gateway, serial, at_ms, bytes) VALUES (?, ?, ?, ?, ?)",
} as const;
