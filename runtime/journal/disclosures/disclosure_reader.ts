import { declareErrors } from "../../contract/error.ts";
import type { Database, Row, SqlValue } from "../database.ts";
import { SEALED, type Sealing } from "../sealing.ts";
import type {
  AskCertainty,
  AskDisclosed,
  AskDisclosuresOver,
  AskSeen,
  Certainty,
  DisclosedPage,
  DisclosedRecord,
  RecordKind,
  RecordPlace,
  SeenSlice,
  WhichPatient,
} from "./operations.ts";
import { NOBODY, PatientBlinds } from "./patient_blinds.ts";
import { KIND } from "./tables.ts";

/** Errors of what is recorded of patients. */
export const disclosureErrors = declareErrors("journal", {
  JOURNAL_DISCLOSURE_DAMAGED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot read what is recorded of a patient: record {id} does not open, and the account would not be complete",
  },
});

/** Finds what is recorded of a patient. */
export class DisclosureReader {
  readonly #database: Database;
  readonly #sealing: Sealing;
  #blinds: PatientBlinds | undefined;

  constructor({ database, sealing }: { readonly database: Database; readonly sealing: Sealing }) {
    this.#database = database;
    this.#sealing = sealing;
  }

  /** Errors: JOURNAL_DISCLOSURE_DAMAGED. */
  disclosed({ patient, kinds, sinceMs, untilMs, limit, after }: AskDisclosed): DisclosedPage {
    const { atMs, id } = after ?? { atMs: sinceMs, id: -1 };
    const which = this.#which(patient, kinds);
    const rows = this.#database.prepare(
      `SELECT id, found.kind AS kind, sealed, found.at_ms AS at_ms FROM
       (SELECT DISTINCT disclosure, kind, at_ms FROM disclosed
        WHERE ${which.sql} AND (at_ms, disclosure) > (?, ?) AND at_ms < ? ORDER BY at_ms, disclosure LIMIT ?) AS found
       JOIN disclosure ON id = found.disclosure ORDER BY found.at_ms, id`,
    ).all(...which.values, atMs, id, untilMs, limit);
    return { records: rows.map((row) => this.#open(row)), next: lastOf(rows, limit) };
  }

  certainty({ patient, kinds, sinceMs, untilMs }: AskCertainty): Certainty {
    const count = (what: string, where: string, ...values: SqlValue[]) =>
      Number(
        this.#database.prepare(`SELECT count(DISTINCT ${what}) AS count FROM disclosed WHERE ${where}`)
          .get(...values)!.count,
      );
    const period = "at_ms >= ? AND at_ms < ?";
    const unassigned = this.#which({ id: patient.id, assigner: "" }, kinds);
    const blind = this.#numbers().numberOf(patient);
    return {
      assigners: count("assigner", `blind = ? AND assigner <> ?`, blind, NOBODY),
      unassigned: count(
        "disclosure",
        `${unassigned.sql} AND ${period}`,
        ...unassigned.values,
        sinceMs,
        untilMs,
      ),
      unidentified: count(
        "disclosure",
        `blind = ? AND ${kindsIn(kinds)} AND ${period}`,
        NOBODY,
        sinceMs,
        untilMs,
      ),
    };
  }

  seen({ sinceMs, untilMs, after, limit }: AskSeen): SeenSlice {
    const rows = this.#database.prepare(
      `SELECT id, person, at_ms FROM disclosure WHERE kind = ${KIND.seen} AND at_ms >= ? AND at_ms < ?
       AND (at_ms, id) > (?, ?) ORDER BY at_ms, id LIMIT ?`,
    ).all(sinceMs, untilMs, after.atMs, after.id, limit);
    const patients = this.#database.prepare(
      "SELECT blind, assigner FROM disclosed WHERE disclosure = ? AND leading = 1",
    );
    return {
      seen: rows.map(({ id, person }) => ({
        person: String(person),
        patients: patients.all(id).map(({ blind, assigner }) =>
          (blind as Uint8Array).toHex() + (assigner as Uint8Array).toHex()
        ),
      })),
      next: lastOf(rows, limit),
    };
  }

  isOver({ beforeYear }: AskDisclosuresOver): boolean {
    const first = this.#database.prepare("SELECT 1 FROM disclosure WHERE kind = ? AND at_ms < ? LIMIT 1");
    return Object.values(KIND).some((kind) => first.get(kind, Date.UTC(beforeYear)) !== undefined);
  }

  #open({ id, kind, sealed }: Row): DisclosedRecord {
    const plain = this.#sealing.open(SEALED.disclosure, Number(id), sealed as Uint8Array) ??
      disclosureErrors.fail("JOURNAL_DISCLOSURE_DAMAGED", { id: Number(id) });
    return { ...JSON.parse(text.decode(plain)), kind: kindOf(Number(kind)) } as DisclosedRecord;
  }

  #which(patient: WhichPatient, kinds: readonly RecordKind[]) {
    const blind = this.#numbers().numberOf(patient);
    const sql = `blind = ? AND ${kindsIn(kinds)}`;
    return patient.assigner === undefined
      ? { sql, values: [blind] }
      : { sql: `${sql} AND assigner = ?`, values: [blind, this.#numbers().assignerOf(patient)] };
  }

  #numbers(): PatientBlinds {
    return this.#blinds ??= new PatientBlinds(this.#sealing.patientKey());
  }
}

function kindsIn(kinds: readonly RecordKind[]): string {
  return `kind IN (${kinds.map((kind) => KIND[kind]).join(", ")})`;
}

function kindOf(number: number): RecordKind {
  return (Object.keys(KIND) as RecordKind[]).find((kind) => KIND[kind] === number)!;
}

/** Where a page that is full ended. */
function lastOf(rows: readonly Row[], limit: number): RecordPlace | null {
  const last = rows[limit - 1];
  return last ? { atMs: Number(last.at_ms), id: Number(last.id) } : null;
}

const text = new TextDecoder();
