import type { MitralError } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import { Blinds } from "./blinds.ts";
import { isLarge, LARGE_BYTES, type Stored } from "./large_bodies.ts";
import type { RewriteProgress } from "./migration/migrate.ts";
import type { Operation, ResultOf } from "./operations.ts";
import type { AnswerTo, PendingTotals, Question } from "./questions.ts";
import type { Archive } from "./records.ts";
import { errors } from "./schema.ts";
import type { OpenStore, Store } from "./store.ts";

export type { OpenStore };

/** A batch holds at most this many operations … */
const BATCH_OPERATIONS_MAX = 2048;
/** … and about this many bytes: one commit must not keep the next one waiting for long. */
const BATCH_BYTES_MAX = 4 << 20;

/** A batch gathers for so many turns at most … */
const LINGER_TURNS_MAX = 256;
/** … and, where somebody waits for it, until this share of the time a sync takes has gone by since the last commit … */
const LINGER_SYNC_SHARE = 0.5;
/** … or else for this share of the time a commit takes … */
const LINGER_COMMIT_SHARE = 0.5;
/** … or until so many operations have gathered that nobody waits for. */
const PATIENT_OPERATIONS_MAX = 64;

/** What the journal tells about itself. */
export interface JournalObserver {
  /** Something that needs the disk begins; what this returns is called when that is over, well or not. */
  begun(): () => void;
  committed(operations: number, tookMs: number): void;
  /** There is more or less left to do. */
  weighed(pendingBytes: number): void;
  failed(error: MitralError): void;
  /** What an old version wrote is being rewritten: called now and then, before the journal is open. */
  rewriting?(progress: RewriteProgress): void;
}

interface Waiting {
  readonly operation: Operation;
  readonly bytes: number;
  readonly patient: boolean;
  resolve(result: never): void;
  reject(cause: unknown): void;
}

/**
 * The durable record of every message, its deliveries and their outcomes, with group commit: while one batch is being
 * synced, whatever arrives is the next. A promise of {@linkcode Journal.write} resolves only after an fsync that
 * covers it. Operations are applied in the order of the calls.
 *
 * Any error of the store poisons the journal: that batch and everything after it rejects with JOURNAL_STORE_FAILED,
 * and nothing more is written, ever, by this journal. Whoever opens another in its place finds all that was acknowledged,
 * and perhaps what was in the batch that failed: a COMMIT that gives an error may have come through all the same.
 */
export class Journal {
  readonly #world: World;
  readonly #store: Store;
  readonly #observer: JournalObserver;
  readonly #blinds: Blinds;
  #waiting: Waiting[] = [];
  /** How many of those waiting are not patient. */
  #urgent = 0;
  /** How many the last commit let go that have not come back with the next. */
  #away = 0;
  #committedAtMs = 0;
  /** What a commit takes, and the sync that is part of it, averaged over the last few. */
  #commitMs = 0;
  #syncMs = 0;
  #committing: Promise<void> | undefined;
  #trouble: MitralError | undefined;
  #closed = false;
  /** The end of the last write. */
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** Bytes that are accepted and not yet through. */
  #pendingBytes: number;

  private constructor(world: World, store: Store, observer: JournalObserver, readonly found: PendingTotals) {
    this.#world = world;
    this.#store = store;
    this.#observer = observer;
    this.#blinds = new Blinds(store.indexKey);
    this.#pendingBytes = found.bytes;
  }

  /** Opens the journal in a folder, made if need be. Errors: JOURNAL_FOLDER_BUSY, JOURNAL_VERSION_NEWER, JOURNAL_REWRITE_FAILED, JOURNAL_OPEN_FAILED. */
  static async open(
    world: World,
    folder: string,
    observer: JournalObserver,
    openStore: OpenStore,
  ): Promise<Journal> {
    try {
      await world.disk.makeFolder(folder, { mode: 0o700 });
    } catch (cause) {
      errors.fail("JOURNAL_OPEN_FAILED", {
        reason: (cause as { code?: string }).code ?? "cannot make the folder",
      }, cause);
    }
    const store = await openStore(world, folder, (progress) => observer.rewriting?.(progress));
    try {
      return new Journal(world, store, observer, await store.ask({ ask: "pending" }));
    } catch (cause) {
      await store.close();
      throw cause;
    }
  }

  /** `open`, `failed` after a store error, or `closed`. */
  get condition(): "open" | "failed" | "closed" {
    return this.#trouble ? "failed" : this.#closed ? "closed" : "open";
  }

  /** Why nothing can be written any more. */
  get trouble(): MitralError | undefined {
    return this.#trouble;
  }

  /** Bytes of messages and deliveries that are accepted and not yet through. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Called by whoever knows what an operation meant for the amount of work left. */
  countPending(bytes: number): void {
    this.#pendingBytes += bytes;
    this.#observer.weighed(this.#pendingBytes);
  }

  /**
   * Makes an operation durable. Resolves after an fsync that covers it. A `patient` one has nobody waiting for it: it
   * lingers a moment, so that it may share the sync of one that has.
   */
  write<O extends Operation>(operation: O, patience: "urgent" | "patient" = "urgent"): Promise<ResultOf<O>> {
    if (this.#trouble) return Promise.reject(this.#trouble);
    if (this.#closed) return Promise.reject(errors.error("JOURNAL_CLOSED"));
    const written = new Promise<ResultOf<O>>((resolve, reject) => {
      const patient = patience === "patient";
      if (!patient) {
        this.#urgent++;
        if (this.#away > 0) this.#away--;
      }
      this.#waiting.push({ operation, bytes: bytesOf(operation), patient, resolve, reject });
      this.#committing ??= this.#commitAll();
    });
    this.#last = written.catch(() => {});
    return written;
  }

  /**
   * What an operation is given of a body: small ones go with it. A large one is put into a file first, which is durable
   * when this resolves: whoever keeps an order MUST wait for it before writing what comes behind.
   */
  keep(body: Uint8Array): Stored | Promise<Stored> {
    if (body.length <= LARGE_BYTES) return body;
    if (this.#trouble) return Promise.reject(this.#trouble);
    if (this.#closed) return Promise.reject(errors.error("JOURNAL_CLOSED"));
    return this.#keepLarge(body);
  }

  async #keepLarge(body: Uint8Array): Promise<Stored> {
    const ended = this.#observer.begun();
    try {
      return await this.#store.keep(body);
    } catch (cause) {
      throw this.#poison(cause);
    } finally {
      ended();
    }
  }

  /** What stands for a key of order in the journal: it is equal for equal keys, and tells nothing of them. */
  blindKey(key: string): string {
    return this.#blinds.key(key);
  }

  /** Resolves when every write that was asked for before has resolved or rejected. */
  async written(): Promise<void> {
    await this.#last;
  }

  /** Reads, beside the writer. Sees at least every write that had resolved before the call. */
  async ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>> {
    if (this.#closed) throw this.#trouble ?? errors.error("JOURNAL_CLOSED");
    return await this.#store.ask(question);
  }

  /** Search over what the journal holds. */
  get archive(): Archive {
    return {
      list: (query) => this.ask({ ask: "list", query }),
      show: (id) => this.ask({ ask: "show", id }),
      acts: (query) => this.ask({ ask: "acts", query }),
      holds: () => this.ask({ ask: "holds" }),
    };
  }

  /** Waits for what was written so far, then closes the store. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#closed = true;
    await this.#committing;
    await this.#store.close();
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#trouble) {
      await this.#gather();
      await this.#commitBatch(this.#takeBatch());
    }
    for (const left of this.#waiting.splice(0)) left.reject(this.#trouble);
    this.#committing = undefined;
  }

  /**
   * Lets a batch grow. Whoever the last commit let go has the next message here in a moment. On a slow disk it pays to wait
   * for all of them: senders would otherwise part into two halves, each of which waits for the other's sync. On a fast
   * one one half is better worked on while the other's is written. A batch of patient operations alone waits for company.
   */
  async #gather(): Promise<void> {
    const { clock } = this.#world;
    const startedMs = clock.elapsedMs();
    for (let turn = 1; turn <= LINGER_TURNS_MAX; turn++) {
      await clock.turn();
      const nowMs = clock.elapsedMs();
      if (this.#urgent > 0) {
        if (this.#away === 0 || nowMs - this.#committedAtMs >= this.#syncMs * LINGER_SYNC_SHARE) return;
      } else {
        if (this.#waiting.length >= PATIENT_OPERATIONS_MAX) return;
        if (nowMs - startedMs > this.#commitMs * LINGER_COMMIT_SHARE) return;
      }
    }
  }

  #takeBatch(): Waiting[] {
    let count = 0, bytes = 0;
    while (count < this.#waiting.length && count < BATCH_OPERATIONS_MAX && bytes < BATCH_BYTES_MAX) {
      bytes += this.#waiting[count++].bytes;
    }
    const batch = this.#waiting.splice(0, count);
    for (const { patient } of batch) if (!patient) this.#urgent--;
    return batch;
  }

  #poison(cause: unknown): MitralError {
    if (!this.#trouble) {
      this.#trouble = errors.error("JOURNAL_STORE_FAILED", { reason: reasonOf(cause) }, cause);
      this.#observer.failed(this.#trouble);
    }
    return this.#trouble;
  }

  async #commitBatch(batch: Waiting[]): Promise<void> {
    const startedMs = this.#world.clock.elapsedMs();
    const ended = this.#observer.begun();
    let results: readonly unknown[];
    try {
      results = await this.#store.commit(batch.map((waiting) => waiting.operation));
      ended();
    } catch (cause) {
      ended();
      const trouble = this.#poison(cause);
      for (const waiting of batch) waiting.reject(trouble);
      return;
    }
    batch.forEach((waiting, at) => waiting.resolve(results[at] as never));
    this.#away = batch.filter(({ patient }) => !patient).length;
    this.#committedAtMs = this.#world.clock.elapsedMs();
    const tookMs = this.#committedAtMs - startedMs;
    this.#commitMs += (tookMs - this.#commitMs) / 8;
    this.#syncMs += ((this.#store.syncMs ?? 0) - this.#syncMs) / 8;
    this.#observer.committed(batch.length, tookMs);
  }
}

function reasonOf(cause: unknown): string {
  return String((cause as { facts?: { reason?: unknown } }).facts?.reason ?? "unknown");
}

/** What the batch grows by: what is in a file already is not written again. */
function bytesOf(operation: Operation): number {
  if (operation.op === "holdForReview") return operation.read.length;
  if (operation.op === "append" || operation.op === "joinPieces") return inBatch(operation.body);
  if (operation.op === "closeBatch" || operation.op === "correct") return inBatch(operation.payload);
  if (operation.op !== "process") return 0;
  return operation.branches.reduce((sum, { payload }) => sum + (payload ? inBatch(payload) : 0), 0);
}

function inBatch(body: Stored): number {
  return isLarge(body) ? 0 : body.length;
}
