import { ActReader } from "./acts.ts";
import { AgeReader } from "./age_reader.ts";
import { ArchiveReader } from "./archive_reader.ts";
import { countSlice, oldest } from "./backlog.ts";
import { Blinds } from "./blinds.ts";
import type { BodyFiles } from "./body_files.ts";
import { readCancellable } from "./cancels.ts";
import type { Database } from "./database.ts";
import { DisclosureReader } from "./disclosures/disclosure_reader.ts";
import { readExchanged, readNumbered } from "./exchanged.ts";
import { readHolds } from "./holds.ts";
import { LedgerReader } from "./ledger/ledger_reader.ts";
import { Names } from "./names.ts";
import { NewerDeliveries } from "./newer_deliveries.ts";
import { OpenedBodies } from "./opened_bodies.ts";
import { PatientReader } from "./patients/patient_reader.ts";
import { preparedOnce } from "./prepared.ts";
import type { AnswerTo, Question } from "./questions.ts";
import { progressOf } from "./progress.ts";
import { queuedDeliveries } from "./queued_deliveries.ts";
import { QueueReader } from "./queue_reader.ts";
import { ReplayReader } from "./replay_reader.ts";
import { ReviewReader } from "./review/review_reader.ts";
import type { Sealing } from "./sealing.ts";

/** What reads are made with. */
export interface ReaderParts {
  readonly database: Database;
  readonly names: Names;
  readonly sealing: Sealing;
  readonly blinds: Blinds;
  readonly bodies: OpenedBodies;
}

/** The SQL of everything that is read, on a connection of its own. */
export class Reader {
  readonly #parts: ReaderParts;
  readonly #queues: QueueReader;
  readonly #archive: ArchiveReader;
  readonly #acts: ActReader;
  readonly #replays: ReplayReader;
  readonly #newer: NewerDeliveries;
  readonly #ages: AgeReader;
  readonly #disclosures: DisclosureReader;
  readonly #patients: PatientReader;
  readonly #ledger: LedgerReader;
  readonly #reviews: ReviewReader;
  readonly #sealing: Sealing;

  constructor(opened: Database, sealing: Sealing, files: BodyFiles) {
    const database = preparedOnce(opened);
    const parts = this.#parts = {
      database,
      names: new Names(database),
      sealing,
      blinds: new Blinds(sealing.indexKey),
      bodies: new OpenedBodies(database, sealing, files),
    };
    this.#queues = new QueueReader(parts);
    this.#acts = new ActReader(parts);
    this.#replays = new ReplayReader(parts);
    this.#newer = new NewerDeliveries(parts);
    this.#archive = new ArchiveReader(parts, this.#acts);
    this.#ages = new AgeReader(parts);
    this.#disclosures = new DisclosureReader(parts);
    this.#patients = new PatientReader(parts);
    this.#ledger = new LedgerReader(parts);
    this.#reviews = new ReviewReader(parts, this.#acts);
    this.#sealing = sealing;
  }

  /** Sees the journal as it is at one moment: not a value of before a commit, and its key no longer. */
  answer<Q extends Question>(question: Q): AnswerTo<Q>;
  answer(question: Question): unknown {
    const { database } = this.#parts;
    database.prepare("BEGIN").run();
    try {
      return this.#answer(question);
    } finally {
      database.prepare("COMMIT").run();
    }
  }

  #answer(question: Question): unknown {
    switch (question.ask) {
      case "inbox":
      case "pieces":
        return this.#queues.messages(question);
      case "numbering":
        return this.#queues.numbering(question.channel, question.sender);
      case "outbox":
        return this.#queues.outbox(question);
      case "gathered":
        return this.#queues.gathered(question);
      case "held":
        return this.#queues.held(question.channel, question.destination);
      case "state":
        return this.#queues.state(question.channel, question.step, question.key);
      case "days":
        return this.#ages.days(question.before);
      case "ageing":
        return this.#ages.ageing(question.channel, question.day, question.after, question.limit);
      case "unfound":
        return this.#ages.unfound(question.after, question.limit);
      case "forgetKeys":
        this.#sealing.forget();
        return null;
      case "pending":
        return this.#queues.pending();
      case "list":
        return this.#archive.list(question.query);
      case "show":
        return this.#archive.show(question.id);
      case "seqOf":
        return this.#archive.seqOf(question.id);
      case "progress":
        return progressOf(this.#parts, question);
      case "queued":
        return queuedDeliveries(this.#parts.database, this.#parts.names, question.seq);
      case "oldest":
        return oldest(this.#parts.database, this.#parts.names);
      case "count": {
        const { of, owner, after, limit } = question;
        return countSlice(this.#parts.database, of, this.#parts.names.find(owner), after, limit);
      }
      case "holds":
        return readHolds(this.#parts);
      case "acts":
        return this.#acts.list(question.query);
      case "actSlice":
        return this.#acts.slice(question);
      case "disclosed":
        return this.#disclosures.disclosed(question);
      case "disclosedCertainty":
        return this.#disclosures.certainty(question);
      case "seen":
        return this.#disclosures.seen(question);
      case "disclosuresOver":
        return this.#disclosures.isOver(question);
      case "patientsByNumber":
        return this.#patients.byNumber(question);
      case "patientsByName":
        return this.#patients.byName(question);
      case "patientFigures":
        return this.#patients.figures();
      case "replayable":
        return this.#replays.page(question);
      case "newer":
        return this.#newer.slice(question);
      case "exchanged":
        return readExchanged(this.#parts, question.gateway);
      case "numbered":
        return readNumbered(this.#parts, question);
      case "entries":
        return this.#ledger.entries(question);
      case "entryAt":
        return this.#ledger.entryAt(question);
      case "inclusion":
        return this.#ledger.inclusion(question);
      case "consistency":
        return this.#ledger.consistency(question);
      case "checkpoints":
        return this.#ledger.checkpoints(question);
      case "handedFiles":
        return this.#ledger.handedFiles(question);
      case "reviews":
      case "review":
      case "decided":
      case "copyOf":
      case "corrections":
        return this.#reviews.answer(question);
      case "cancellable":
        return readCancellable(this.#parts.database, this.#parts.names, question.seq);
    }
  }
}
