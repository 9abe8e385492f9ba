/** A journal's writer and reader over a database in memory, and what its ledger says. */
import { randomBytes } from "node:crypto";
import type { Database } from "../../../../runtime/journal/database.ts";
import type { NumberedEntry } from "../../../../runtime/journal/ledger/operations.ts";
import { type LargeBody, writeLarge } from "../../../../runtime/journal/large_bodies.ts";
import { memoryFiles } from "../../../../runtime/journal/memory_files.ts";
import type { Operation, ResultOf } from "../../../../runtime/journal/operations.ts";
import type { AnswerTo, Question } from "../../../../runtime/journal/questions.ts";
import { Reader } from "../../../../runtime/journal/reader.ts";
import { prepareSchema } from "../../../../runtime/journal/schema.ts";
import { Sealing } from "../../../../runtime/journal/sealing.ts";
import { openWriter } from "../../../../runtime/journal/sqlite_database.ts";
import { Writer } from "../../../../runtime/journal/writer.ts";
import type { LedgerEntry } from "../../../../runtime/trust/ledger/entry.ts";
import { masterKey } from "../../../world/master_key.ts";

/** Disposed: closed. */
export class Book implements Disposable {
  readonly database: Database;
  readonly #files = memoryFiles();
  #writer!: Writer;
  #reader!: Reader;

  /** In memory, or in a file. */
  constructor(path = ":memory:") {
    this.database = openWriter(path);
    prepareSchema(this.database);
    this.open();
  }

  /** As after a crash: nobody remembers anything. */
  open(): void {
    const sealing = () => new Sealing(this.database, masterKey, randomBytes);
    this.#writer = new Writer(this.database, sealing(), this.#files);
    this.#reader = new Reader(this.database, sealing(), this.#files);
  }

  /** Puts a body into a file. */
  keep(body: Uint8Array): LargeBody {
    return writeLarge(body, this.#files, randomBytes);
  }

  /** In one commit. */
  apply(...operations: readonly Operation[]): unknown[] {
    return this.#writer.apply(operations);
  }

  /** Alone in a commit. */
  write<O extends Operation>(operation: O): ResultOf<O> {
    return this.#writer.apply([operation])[0] as ResultOf<O>;
  }

  ask<Q extends Question>(question: Q): AnswerTo<Q> {
    return this.#reader.answer(question);
  }

  /** Entries of an epoch, oldest first. */
  numbered(epoch?: number): readonly NumberedEntry[] {
    return this.ask({ ask: "entries", ...(epoch === undefined ? {} : { epoch }), from: 0, limit: 1e6 })
      .entries;
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  /** What they say, without the one that begins the ledger; hashes as `true`, and without times. */
  told(): Record<string, unknown>[] {
    return this.numbered().slice(1).map(({ entry }) => brief(entry));
  }
}

/** What an entry says: each hash as `true`, and without its time. */
export function brief({ atMs: _, ...entry }: LedgerEntry): Record<string, unknown> {
  const hashed = Object.entries(entry).map(([name, value]) =>
    [name, /^[0-9a-f]{64}$/.test(String(value)) ? true : value] as const
  );
  return Object.fromEntries(hashed);
}

/** An entry that belongs to nothing else. */
export function noted(number: number): LedgerEntry {
  return { kind: "login", atMs: 1_000 * number, by: `person ${number}` };
}
