import type { Row } from "../database.ts";
import type { ReaderParts } from "../reader.ts";
import { errors } from "../schema.ts";
import { IndexBlinds } from "./index_blinds.ts";
import type {
  AskPatientsByName,
  AskPatientsByNumber,
  FormerPatient,
  IndexedPatient,
  PatientFigures,
} from "./operations.ts";
import { openPatient, type PatientRecord } from "./patient_record.ts";

/** Finds patients in the index. */
export class PatientReader {
  readonly #parts: Pick<ReaderParts, "database" | "sealing">;
  #known: IndexBlinds | undefined;

  constructor(parts: Pick<ReaderParts, "database" | "sealing">) {
    this.#parts = parts;
  }

  /** Each once, by the number that counts now. */
  byNumber({ id, assigner }: AskPatientsByNumber): readonly IndexedPatient[] {
    return assigner === undefined
      ? this.#leading("plain = ?", this.#blinds.plainOf(id))
      : this.#leading("number = ?", this.#blinds.numberOf({ id, assigner }));
  }

  byName({ families, birthDate }: AskPatientsByName): readonly IndexedPatient[] {
    const blinds = families.map((family) => this.#blinds.personOf(family, birthDate));
    const places = blinds.map(() => "?").join(", ");
    return this.#leading(`id IN (SELECT patient FROM patient_name WHERE blind IN (${places}))`, ...blinds);
  }

  figures(): PatientFigures {
    const { numbers, merged } = this.#parts.database.prepare(
      `SELECT sum(merged_into IS NULL AND sealed IS NOT NULL) AS numbers, sum(merged_into IS NOT NULL) AS merged
       FROM patient`,
    ).get()!;
    return { numbers: Number(numbers), merged: Number(merged) };
  }

  /** Where the numbers lead that a condition finds. */
  #leading(where: string, ...values: readonly Uint8Array[]): readonly IndexedPatient[] {
    const rows = this.#parts.database.prepare(
      `WITH RECURSIVE way (id, merged_into) AS (
         SELECT id, merged_into FROM patient WHERE ${where}
         UNION SELECT patient.id, patient.merged_into FROM way JOIN patient ON patient.id = way.merged_into)
       SELECT id, sealed FROM patient WHERE id IN (SELECT id FROM way WHERE merged_into IS NULL) ORDER BY id`,
    ).all(...values);
    return rows.flatMap((row) => {
      const patient = this.#open(row);
      if (!patient) return [];
      const { number, names = [], aliases = [], birthDate = "", sex = "" } = patient;
      return [{ ...number, names, aliases, birthDate, sex, former: this.#former(Number(row.id)) }];
    });
  }

  #former(id: number): readonly FormerPatient[] {
    const rows = this.#parts.database.prepare(
      `WITH RECURSIVE former (id) AS (
         SELECT id FROM patient WHERE merged_into = ?
         UNION SELECT patient.id FROM former JOIN patient ON patient.merged_into = former.id)
       SELECT id, sealed FROM patient WHERE id IN former ORDER BY id`,
    ).all(id);
    return rows.flatMap((row) => {
      const patient = this.#open(row);
      if (!patient) return [];
      const { number, names = [], aliases = [] } = patient;
      return [{ ...number, names: [...names, ...aliases] }];
    });
  }

  /** `undefined` where nobody has the number any more. Errors: JOURNAL_PATIENT_DAMAGED. */
  #open({ id: row, sealed }: Row): PatientRecord | undefined {
    if (sealed === null) return undefined;
    const id = Number(row);
    return openPatient(this.#parts.sealing, id, sealed as Uint8Array) ??
      errors.fail("JOURNAL_PATIENT_DAMAGED", { id });
  }

  get #blinds(): IndexBlinds {
    return this.#known ??= new IndexBlinds(this.#parts.sealing.patientKey());
  }
}
