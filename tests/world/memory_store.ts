import { randomBytes } from "node:crypto";
import type { World } from "../../runtime/contract/world.ts";
import type { BodyFiles } from "../../runtime/journal/body_files.ts";
import type { Database } from "../../runtime/journal/database.ts";
import { diskFiles } from "../../runtime/journal/disk_files.ts";
import { writeLarge } from "../../runtime/journal/large_bodies.ts";
import { memoryFiles } from "../../runtime/journal/memory_files.ts";
import type { Operation } from "../../runtime/journal/operations.ts";
import type { AnswerTo, Question } from "../../runtime/journal/questions.ts";
import { checkDatabase } from "../../runtime/journal/check.ts";
import { Reader } from "../../runtime/journal/reader.ts";
import { prepareSchema } from "../../runtime/journal/schema.ts";
import { Sealing } from "../../runtime/journal/sealing.ts";
import { openWriter } from "../../runtime/journal/sqlite_database.ts";
import type { Store } from "../../runtime/journal/store.ts";
import { Writer } from "../../runtime/journal/writer.ts";
import type { MasterKey } from "../../runtime/trust/master_key.ts";
import { masterKey } from "./master_key.ts";

/**
 * The journal's real SQL over a database in memory and in this thread: fast, and in a test's hand. The data outlive
 * the store, so that a journal can be opened on them again, as after a crash. A commit that is held back has not
 * happened: nobody reads any of it before it is let go.
 */
export class MemoryStore implements Disposable {
  readonly database: Database;
  /** Bodies too large for it. */
  readonly files: BodyFiles;
  /** The operations of every commit that was asked for, in order. */
  readonly commits: (readonly Operation[])[] = [];
  /** Questions that were asked, in order. */
  readonly questions: Question[] = [];
  /** What the next commits reject with; nothing of them happens. */
  failure: Error | undefined;
  /** True: what fails has happened all the same, as when only the news of a commit is lost. */
  failsAfterwards = false;
  /** What checks reject with. */
  flaw: Error | undefined;
  /** How often a store was opened. */
  get opened(): number {
    return this.#opened;
  }
  /** Questions that fail. */
  unanswered: (question: Question) => boolean = () => false;
  #held: PromiseWithResolvers<void> = Promise.withResolvers();
  #holds: (operation: Operation) => boolean = () => false;
  #silence: Promise<void> | undefined;
  #watchers: (() => void)[] = [];
  readonly #masterKey: MasterKey;
  #opened = 0;

  /** Over a data folder on disk instead, where one is given. */
  constructor(folder?: string, key: MasterKey = masterKey) {
    this.database = openWriter(folder === undefined ? ":memory:" : `${folder}/journal.db`);
    this.files = folder === undefined ? memoryFiles() : diskFiles(folder, randomBytes);
    this.#masterKey = key;
    prepareSchema(this.database);
  }

  /** For `Journal.open` and `Gateway.open`. Each call takes the data over from the store before it. */
  readonly openStore = (_world: World, _folder: string): Promise<Store> => {
    const turn = ++this.#opened;
    const sealing = new Sealing(this.database, this.#masterKey, randomBytes);
    const writer = new Writer(this.database, sealing, this.files);
    const reader = new Reader(this.database, sealing, this.files);
    return Promise.resolve({
      indexKey: sealing.indexKey,
      keep: async (body) => {
        const kept = writeLarge(body, this.files, randomBytes);
        await Promise.resolve();
        return turn === this.#opened ? kept : await forever;
      },
      commit: async (operations) => {
        if (turn !== this.#opened) return await forever;
        this.commits.push(operations);
        this.#tell();
        // A crash while the commit waits leaves it undone.
        if (operations.some(this.#holds)) await this.#held.promise;
        if (turn !== this.#opened) return await forever;
        if (this.failure && this.failsAfterwards) writer.apply(operations);
        if (this.failure) throw this.failure;
        const results = writer.apply(operations);
        // Power may also go between the commit and the news of it.
        await Promise.resolve();
        return turn === this.#opened ? results : await forever;
      },
      ask: async <Q extends Question>(question: Q): Promise<AnswerTo<Q>> => {
        this.questions.push(question);
        await Promise.resolve();
        if (this.unanswered(question)) throw new TypeError("the store is broken");
        if (this.#silence) await this.#silence;
        return turn === this.#opened ? reader.answer(question) : await forever;
      },
      check: async () => {
        if (this.flaw) throw this.flaw;
        checkDatabase(this.database);
      },
      close: async () => {},
    });
  };

  /** Holds back, from now on, every commit that has an operation like this; the returned function lets them go. */
  hold(held: (operation: Operation) => boolean = () => true): () => void {
    this.#holds = held;
    this.#held = Promise.withResolvers();
    return () => this.release();
  }

  /** Answers no question from now on, until the returned function is called. */
  silence(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#silence = promise;
    return resolve;
  }

  /** Lets every commit go that is held back. */
  release(): void {
    this.#holds = () => false;
    this.#held.resolve();
  }

  /** Cuts the power: the store that is open commits nothing any more, and says nothing either. */
  cut(): void {
    this.#opened++;
    this.release();
  }

  /** Resolves once an operation that matches has been given to a commit. */
  async asked(wanted: (operation: Operation) => boolean, count = 1): Promise<void> {
    while (this.commits.flat().filter(wanted).length < count) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** How many rows a query gives: a look at the data behind the journal's back. */
  count(sql: string): number {
    return Number(Object.values(this.database.prepare(sql).get()!)[0]);
  }

  /** Changes a bit of a body, as a disk may. */
  damage(body: number): void {
    const sealed = this.database.prepare("SELECT sealed FROM body WHERE id = ?").get(body)!
      .sealed as Uint8Array;
    sealed[sealed.length - 20] ^= 1;
    this.database.prepare("UPDATE body SET sealed = ? WHERE id = ?").run(sealed, body);
  }

  [Symbol.dispose](): void {
    this.cut();
    this.database.close();
  }

  #tell(): void {
    for (const tell of this.#watchers.splice(0)) tell();
  }
}

const forever = new Promise<never>(() => {});
