import { Acts } from "./acts.ts";
import { Appends } from "./appends.ts";
import { Blinds } from "./blinds.ts";
import { Bodies } from "./bodies.ts";
import { Cancels } from "./cancels.ts";
import type { BodyFiles } from "./body_files.ts";
import type { Database } from "./database.ts";
import { DisclosureWriter } from "./disclosures/disclosure_writer.ts";
import { ExchangedWriter } from "./exchanged.ts";
import { FoundIndex } from "./found.ts";
import { HoldWriter } from "./holds.ts";
import { LedgerWriter } from "./ledger/ledger_writer.ts";
import { NoteWriter } from "./ledger/note_writer.ts";
import { Story } from "./ledger/story.ts";
import { Makings } from "./makings.ts";
import { Names } from "./names.ts";
import type { Appended, Operation } from "./operations.ts";
import { PatientWriter } from "./patients/patient_writer.ts";
import { Processing } from "./processing.ts";
import { Replays } from "./replays.ts";
import { Retention } from "./retention.ts";
import { ReviewWriter } from "./review/review_writer.ts";
import type { Sealing } from "./sealing.ts";
import { Sequences } from "./sequences.ts";
import { Settlements } from "./settlements.ts";
import { StandingWriter } from "./standing.ts";
import type { WriterParts } from "./writer_parts.ts";
import { prepareWrites } from "./writes.ts";

/** What only a bench asks for. */
export interface WriterOptions {
  /** True: nothing is told to a ledger, so that what it costs can be measured. */
  readonly withoutLedger?: boolean;
}

const FREEING: ReadonlySet<Operation["op"]> = new Set(["dropKeys", "prune", "giveBack", "dropDisclosures"]);

/** Everything that is written. One connection, one transaction a batch. */
export class Writer {
  readonly #database: Database;
  readonly #parts: WriterParts;
  readonly #makings: Makings;
  readonly #appends: Appends;
  readonly #processing: Processing;
  readonly #settlements: Settlements;
  readonly #replays: Replays;
  readonly #cancels: Cancels;
  readonly #standing: StandingWriter;
  readonly #holds: HoldWriter;
  readonly #retention: Retention;
  readonly #exchanged: ExchangedWriter;
  readonly #ledger: LedgerWriter;
  readonly #notes: NoteWriter;
  readonly #reviews: ReviewWriter;

  constructor(
    database: Database,
    sealing: Sealing,
    files: BodyFiles,
    { withoutLedger = false }: WriterOptions = {},
  ) {
    this.#database = database;
    const names = new Names(database), sql = prepareWrites(database), blinds = new Blinds(sealing.indexKey);
    const ledger = this.#ledger = new LedgerWriter(database);
    const story = new Story(database, names, sealing.random, withoutLedger ? undefined : ledger);
    const parts = this.#parts = {
      sql,
      names,
      sealing,
      blinds,
      bodies: new Bodies(database, sealing),
      found: new FoundIndex(sql, names, blinds),
      sequences: new Sequences(database),
      acts: new Acts(database, names, sealing, story),
      story,
      disclosures: new DisclosureWriter(database, sealing),
      patients: new PatientWriter(database, sealing),
      files,
    };
    const makings = this.#makings = new Makings(parts);
    this.#appends = new Appends(parts);
    const reviews = this.#reviews = new ReviewWriter(database, parts);
    this.#processing = new Processing(parts, makings, reviews);
    this.#settlements = new Settlements(parts, makings);
    this.#replays = new Replays(parts);
    this.#cancels = new Cancels(database, parts, reviews);
    this.#standing = new StandingWriter(database, parts);
    this.#holds = new HoldWriter(database, parts);
    this.#retention = new Retention(database, parts);
    this.#exchanged = new ExchangedWriter(database, names);
    this.#notes = new NoteWriter(database, names);
  }

  /**
   * Applies a batch in one transaction. When it returns, all of it survives a power cut; when it throws, none of it.
   * `committing`: told when nothing but the commit is left.
   */
  apply(operations: readonly Operation[], committing = () => {}): unknown[] {
    const { sql, sequences } = this.#parts;
    sql.begin.run();
    try {
      const results = operations.map((operation) => this.#applyOne(operation));
      sequences.keep();
      this.#ledger.keep();
      committing();
      sql.commit.run();
      this.#retention.committed();
      if (operations.some(({ op }) => FREEING.has(op))) this.#giveBack();
      return results;
    } catch (cause) {
      this.#forget();
      try {
        sql.rollback.run();
      } catch {
        // a failed COMMIT may have rolled back by itself
      }
      throw cause;
    }
  }

  /** Forgets what the transaction that is rolled back may have made. */
  #forget(): void {
    const { names, sealing, sequences, story } = this.#parts;
    names.forget();
    sealing.forget();
    sequences.forget();
    this.#ledger.forget();
    story.forget();
    this.#retention.rolledBack();
  }

  /**
   * What was deleted leaves the disk: pages of rows, and keys that the write-ahead log still has. Where somebody reads,
   * the log stays as it is until the next time.
   */
  #giveBack(): void {
    // A page is given back with each row that is asked for: `exec` would ask for one.
    this.#parts.sql.vacuum.all();
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  #applyOne(operation: Operation): unknown {
    const result = this.#act(operation);
    if (operation.op === "append") this.#exchanged.noteAppend(operation, result as Appended);
    else if ("exchanged" in operation && operation.exchanged) this.#exchanged.note(operation.exchanged);
    return result;
  }

  #act(operation: Operation): unknown {
    switch (operation.op) {
      case "append":
        return this.#appends.append(operation);
      case "process":
        return this.#processing.process(operation);
      case "remember":
        return this.#makings.remember(operation.channel, operation.writes);
      case "settle":
        return this.#settlements.settle(operation);
      case "attempted":
        return this.#settlements.attempted(operation);
      case "quarantine":
        return this.#settlements.quarantine(operation);
      case "answered":
        return this.#settlements.answered(operation);
      case "replay":
        return this.#replays.replay(operation);
      case "correct":
        return this.#replays.correct(operation);
      case "note":
        return this.#parts.acts.noteAll(operation, this.#parts.disclosures);
      case "release":
        return this.#replays.release(operation);
      case "cancel":
        return this.#cancels.cancel(operation);
      case "stand":
        return this.#standing.stand(operation);
      case "holdSenders":
        return this.#standing.holdSenders(operation);
      case "closeBatch":
        return this.#processing.closeBatch(operation);
      case "disperse":
        return this.#processing.disperse(operation);
      case "joinPieces":
        return this.#appends.join(operation);
      case "addHold":
        return this.#holds.add(operation);
      case "liftHold":
        return this.#holds.lift(operation);
      case "carry":
        return this.#retention.carry(operation);
      case "dropKeys":
        return this.#retention.dropKeys(operation);
      case "prune":
        return this.#retention.prune(operation);
      case "giveBack":
        return { freePages: Number(this.#parts.sql.freePages.get()!.freelist_count) };
      case "sweepFound":
        return this.#retention.sweepFound(operation);
      case "noteAsked":
        return this.#parts.acts.noteAsked(operation, this.#parts.disclosures);
      case "tellPatients":
        this.#parts.patients.apply(operation.seq ?? this.#parts.patients.latest(), operation.changes);
        return null;
      case "dropDisclosures":
        return this.#parts.disclosures.drop(operation);
      case "exchanged":
        return this.#parts.story.acknowledgedBatch(operation);
      case "writeEntry":
        return this.#ledger.add(operation.entry);
      case "readHead":
        return this.#ledger.head();
      case "keepCheckpoint":
        return this.#notes.keepCheckpoint(operation);
      case "keepCosignature":
        return this.#notes.keepCosignature(operation);
      case "keepHandedFile":
        return this.#notes.keepHandedFile(operation);
      case "holdForReview":
        return this.#reviews.hold(operation);
      case "reviewChanged":
        return this.#reviews.change(operation);
      case "forgetExchanged":
        return this.#exchanged.forget(operation);
      case "unpiece":
        this.#parts.sql.unpiece.run(operation.seq);
        return null;
    }
  }
}
