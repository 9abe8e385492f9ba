import type { Patient, PatientChange, PatientFacts, PatientNumber } from "../../contract/patient.ts";
import { type Database, prepareAll, type Row, type Statements } from "../database.ts";
import type { Sealing } from "../sealing.ts";
import { IndexBlinds } from "./index_blinds.ts";
import { wholeDate } from "./normal_forms.ts";
import { openPatient, type PatientRecord, sealPatient } from "./patient_record.ts";

/**
 * Keeps the patient index, in the commit that ends the work on a message. Messages count in the order they were received,
 * whenever they are worked on: for each number the latest that speaks of a thing holds, and an earlier one adds only what
 * was not known. One that describes a number which was merged earlier takes it out of the merge.
 */
export class PatientWriter {
  readonly #sealing: Sealing;
  readonly #sql: Statements<typeof STATEMENTS>;
  /** Made when it is first needed: most gateways keep no index. */
  #known: IndexBlinds | undefined;

  constructor(database: Database, sealing: Sealing) {
    this.#sealing = sealing;
    this.#sql = prepareAll(database, STATEMENTS);
  }

  /** @param seq of the message that says so */
  apply(seq: number, changes: readonly PatientChange[]): void {
    for (const change of changes) {
      if (change.kind === "told") this.#tell(seq, change.numbers, change.facts);
      else if (change.kind === "forgotten") this.#forget(seq, change.numbers);
      else this.#redirect(seq, change.gone, change.into, change.kind === "renumbered");
    }
  }

  /** The message that came last. */
  latest(): number {
    return Number(this.#sql.latest.get()?.seq ?? 0);
  }

  #tell(seq: number, numbers: Patient, facts: PatientFacts): void {
    for (const number of numbers) {
      const row = this.#row(number);
      if (row.seq <= seq) {
        this.#keep(row.id, { ...row.record, ...facts });
        this.#sql.redirect.run(seq, null, row.id);
      } else if (!row.isForgotten) this.#keep(row.id, { ...facts, ...row.record });
    }
  }

  #redirect(seq: number, gone: PatientNumber, into: PatientNumber, carries: boolean): void {
    const from = this.#row(gone), to = this.#row(into);
    for (const { id, isNew, record } of [from, to]) if (isNew) this.#keep(id, record);
    if (from.seq > seq || this.#leadsTo(to.id, from.id)) return;
    if (carries && !from.isMerged && !to.isForgotten) this.#keep(to.id, { ...from.record, ...to.record });
    this.#sql.redirect.run(seq, to.id, from.id);
  }

  #forget(seq: number, numbers: Patient): void {
    for (const number of numbers) {
      const row = this.#row(number);
      if (row.seq > seq) continue;
      this.#sql.dropNames.run(row.id);
      this.#sql.forget.run(seq, row.id);
    }
  }

  /** True where a number is the other, or leads to it. Merges make no rings, so that every way has an end. */
  #leadsTo(from: number, to: number): boolean {
    for (let at: number | null = from; at !== null; at = idIn(this.#sql.byId.get(at)!.merged_into)) {
      if (at === to) return true;
    }
    return false;
  }

  /** What is known by a number; from now on that it is there. */
  #row(number: PatientNumber): Found {
    const written = this.#blinds.writtenOf(number), row = this.#sql.find.get(written);
    if (row) {
      const id = Number(row.id), sealed = row.sealed as Uint8Array | null;
      return {
        id,
        seq: Number(row.seq),
        isNew: false,
        isMerged: row.merged_into !== null,
        isForgotten: sealed === null,
        record: sealed && openPatient(this.#sealing, id, sealed) || { number },
      };
    }
    const { lastId: id } = this.#sql.insert.run(
      ...[written, this.#blinds.numberOf(number), this.#blinds.plainOf(number.id)],
    );
    return { id, seq: 0, isNew: true, isMerged: false, isForgotten: false, record: { number } };
  }

  #keep(id: number, record: PatientRecord): void {
    this.#sql.seal.run(sealPatient(this.#sealing, id, record), id);
    this.#sql.dropNames.run(id);
    const { names = [], aliases = [] } = record, birthDate = wholeDate(record.birthDate ?? "");
    if (birthDate === "") return;
    for (const { family } of [...names, ...aliases]) {
      this.#sql.addName.run(this.#blinds.personOf(family, birthDate), id);
    }
  }

  get #blinds(): IndexBlinds {
    return this.#known ??= new IndexBlinds(this.#sealing.patientKey());
  }
}

interface Found {
  readonly id: number;
  readonly seq: number;
  /** Nothing is sealed yet. */
  readonly isNew: boolean;
  readonly isMerged: boolean;
  /** Nobody has it any more. */
  readonly isForgotten: boolean;
  readonly record: PatientRecord;
}

function idIn(value: Row[string]): number | null {
  return value === null ? null : Number(value);
}

const STATEMENTS = {
  latest: "SELECT seq FROM sqlite_sequence WHERE name = 'message'",
  find: "SELECT id, seq, merged_into, sealed FROM patient WHERE written = ?",
  byId: "SELECT merged_into FROM patient WHERE id = ?",
  insert: "INSERT INTO patient (written, number, plain, seq) VALUES (?, ?, ?, 0)",
  seal: "UPDATE patient SET sealed = ? WHERE id = ?",
  redirect: "UPDATE patient SET seq = ?, merged_into = ? WHERE id = ?",
  forget: "UPDATE patient SET seq = ?, merged_into = NULL, sealed = NULL WHERE id = ?",
  dropNames: "DELETE FROM patient_name WHERE patient = ?",
  addName: "INSERT OR IGNORE INTO patient_name (blind, patient) VALUES (?, ?)",
} as const;
