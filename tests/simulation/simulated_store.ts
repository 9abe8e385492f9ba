import { MitralError } from "../../runtime/contract/error.ts";
import type { World } from "../../runtime/contract/world.ts";
import { checkDatabase } from "../../runtime/journal/check.ts";
import type { Database } from "../../runtime/journal/database.ts";
import type { Operation } from "../../runtime/journal/operations.ts";
import type { AnswerTo, Question } from "../../runtime/journal/questions.ts";
import { writeLarge } from "../../runtime/journal/large_bodies.ts";
import { Reader } from "../../runtime/journal/reader.ts";
import { errors, prepareSchema } from "../../runtime/journal/schema.ts";
import { Sealing } from "../../runtime/journal/sealing.ts";
import type { Store } from "../../runtime/journal/store.ts";
import { sweepFiles } from "../../runtime/journal/sweep_files.ts";
import { Writer } from "../../runtime/journal/writer.ts";
import { prepareWriterFile } from "../../runtime/journal/writer_file.ts";
import { masterKeyOf } from "../../runtime/trust/master_key.ts";
import { SeededRandom } from "../world/seeded_random.ts";
import { mount, reseed } from "./disk_vfs.ts";
import { SimulatedDatabase, SqliteError } from "./simulated_database.ts";
import { simulatedFiles } from "./simulated_files.ts";
import { DiskError, SimulatedDisk } from "./simulated_disk.ts";

/** Where the journal is on the simulated disk. */
export const JOURNAL_PATH = "/data/journal.db";
/** Its log, where a commit is until a checkpoint. */
export const LOG_PATH = `${JOURNAL_PATH}-wal`;

/** How the journal's file is opened, beside what chance decides. */
export interface FileSettings {
  /** Pages are checkpointed sooner than in a gateway that runs for days. */
  readonly checkpointPages: number;
  readonly defect?: Defect | undefined;
}

/** As the journal's thread opens it. No other process shares it: there is no shared memory. */
function openFile(disk: SimulatedDisk, { checkpointPages, defect }: FileSettings): Database {
  if (!defect?.trustsLog) rewriteLog(disk);
  const database = new SimulatedDatabase(JOURNAL_PATH);
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    prepareWriterFile(database);
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA cache_size = -1024`);
    prepareSchema(database);
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** What `openWriter` does first. */
function rewriteLog(disk: SimulatedDisk): void {
  if (!disk.has(LOG_PATH)) return;
  const log = new Uint8Array(disk.length(LOG_PATH));
  disk.read(LOG_PATH, log, 0);
  disk.write(LOG_PATH, log, 0);
  disk.sync(LOG_PATH);
}

/** What every simulated journal is sealed under. */
const masterKey = await masterKeyOf(new Uint8Array(32).fill(7), "the simulator");

let prepared: Uint8Array | undefined;

/** A journal without a message: made once, so that a run need not. */
export function emptyJournal(): Uint8Array {
  if (prepared) return prepared;
  const disk = new SimulatedDisk(new SeededRandom(0));
  mount(disk, new SeededRandom(0));
  const database = openFile(disk, { checkpointPages: 1000 });
  new Sealing(database, masterKey, (length) => new SeededRandom(length).bytes(length));
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return prepared = disk.image(JOURNAL_PATH);
}

/** Who looks on while a store is used. */
export interface StoreObserver {
  /** It is open, after whatever went before. */
  opened(database: Database, sealing: Sealing): void;
  /** A batch is about to be applied … */
  begun(operations: readonly Operation[]): void;
  /** … and was: it is to survive anything from here on. */
  applied(operations: readonly Operation[], results: readonly unknown[]): void;
  /** Something else than the disk failed, and no error is declared for it. */
  threw(cause: unknown): void;
}

/** What a test makes wrong on purpose. */
export interface Defect {
  /** Comes between the journal and its store. */
  readonly store?: (store: Store, random: SeededRandom) => Store;
  /** Done to the database when it is opened. */
  readonly database?: (database: Database) => void;
  /** The disk says that it has synced, and has not. */
  readonly diskLies?: boolean;
  /** The log is built on as it is found, whatever a sync that failed has left of it. */
  readonly trustsLog?: boolean;
}

/** What a store takes to do what it is asked, in milliseconds. */
const HAND_OVER_MS = 0.2;
const SYNC_MS = 3;
/** Now and then, when others use the disk. */
const STALL_MS = 800;

/** The journal's store for one life of the gateway: the real SQL, on the simulated disk, in no thread of its own. */
export class StoreOfLife {
  readonly #disk: SimulatedDisk;
  readonly #random: SeededRandom;
  readonly #settings: FileSettings;
  readonly #observer: StoreObserver;
  #database: Database | undefined;
  #isOver = false;

  constructor(
    disk: SimulatedDisk,
    random: SeededRandom,
    settings: FileSettings,
    observer: StoreObserver,
  ) {
    [this.#disk, this.#random, this.#settings, this.#observer] = [disk, random, settings, observer];
  }

  /** For `Gateway.open`. */
  readonly open = async ({ clock, random }: World): Promise<Store> => {
    const bytes = (length: number) => random.bytes(length);
    const files = simulatedFiles(this.#disk, this.#random);
    await clock.sleep(this.#random.number() * 20);
    const { writer, reader, indexKey } = await this.#attempt(() => {
      reseed();
      const database = this.#database = openFile(this.#disk, this.#settings);
      const sealing = new Sealing(database, masterKey, bytes);
      this.#settings.defect?.database?.(database);
      sweepFiles(database, files);
      this.#observer.opened(database, sealing);
      return {
        writer: new Writer(database, sealing, files),
        reader: new Reader(database, new Sealing(database, masterKey, bytes), files),
        indexKey: sealing.indexKey,
      };
    }, "JOURNAL_OPEN_FAILED");
    const pause = () => clock.sleep(this.#random.number() * HAND_OVER_MS);
    const sync = () => clock.sleep(this.#random.number() * (this.#random.chance(0.01) ? STALL_MS : SYNC_MS));
    return {
      indexKey,
      keep: async (body) => {
        await pause();
        const kept = await this.#attempt(() => writeLarge(body, files, bytes));
        await sync();
        return kept;
      },
      commit: async (operations) => {
        await pause();
        const results = await this.#attempt(() => {
          this.#observer.begun(operations);
          const results = writer.apply(operations);
          this.#observer.applied(operations, results);
          return results;
        });
        await sync();
        return results;
      },
      ask: async <Q extends Question>(question: Q): Promise<AnswerTo<Q>> => {
        await pause();
        const answer = await this.#attempt(() => reader.answer(question));
        await pause();
        return answer;
      },
      check: async () => {
        await pause();
        await this.#attempt(() => checkDatabase(this.#database!));
      },
      close: async () => {
        await pause();
        await this.#attempt(() => this.#database?.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
        this.#release();
      },
    };
  };

  /** The life is over: the file is let go as it is. */
  end(): void {
    this.#isOver = true;
    this.#disk.die();
    this.#release();
  }

  #release(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** True where the disk has failed since there were so many faults, or what is thrown is declared. No disk here changes what it has. */
  #isExplained(cause: unknown, faults: number): boolean {
    if (cause instanceof MitralError) return cause.code !== "JOURNAL_DAMAGED";
    return cause instanceof SqliteError || cause instanceof DiskError || this.#disk.faults > faults;
  }

  /** Without power nobody hears of what happens. */
  async #attempt<T>(
    act: () => T,
    code: "JOURNAL_STORE_FAILED" | "JOURNAL_OPEN_FAILED" = "JOURNAL_STORE_FAILED",
  ): Promise<T> {
    if (this.#isOver) await forever;
    const { faults } = this.#disk;
    try {
      const result = act();
      if (!this.#disk.isDead) return result;
    } catch (cause) {
      if (!this.#disk.isDead) {
        if (!this.#isExplained(cause, faults)) this.#observer.threw(cause);
        if (cause instanceof MitralError) throw cause;
        const reason = cause instanceof Error ? cause.message : "unknown";
        throw errors.error(code, { reason });
      }
    }
    return await forever;
  }
}

const forever = new Promise<never>(() => {});
