import type { Patient } from "../../contract/patient.ts";
import type { By } from "../acts.ts";
import { type Database, prepareAll, type Row, type Statements } from "../database.ts";
import { SEALED, type Sealing } from "../sealing.ts";
import type { Disclosure, DropDisclosures, DroppedDisclosures } from "./operations.ts";
import { NOBODY, PatientBlinds } from "./patient_blinds.ts";
import { KIND, ownerAt } from "./tables.ts";

/** What somebody saw. */
interface Seen {
  readonly atMs: number;
  readonly by: By;
  readonly act: string;
  readonly message?: string;
  readonly channel?: string;
}

/** A record before it is sealed. */
interface Kept {
  readonly kind: number;
  readonly atMs: number;
  readonly person: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

type About = readonly [blind: Uint8Array, assigner: Uint8Array, leading: number];

/** Writes down what was disclosed of patients, and who saw it, in the commit in which it happens. */
export class DisclosureWriter {
  readonly #sealing: Sealing;
  readonly #blinds: PatientBlinds;
  readonly #sql: Statements<typeof STATEMENTS>;

  constructor(database: Database, sealing: Sealing) {
    this.#sealing = sealing;
    this.#blinds = new PatientBlinds(sealing.patientKey());
    this.#sql = prepareAll(database, STATEMENTS);
  }

  /** Whom a delivery is about; nobody: it is not known. */
  about(delivery: number, patients: readonly Patient[]): void {
    for (const about of this.#rowsOf(patients)) this.#sql.about.run(delivery, ...about);
  }

  /** A person has corrected it: it is about somebody else, unless nobody knows whom. */
  aboutOthers(delivery: number, patients: readonly Patient[]): void {
    if (patients.length === 0) return;
    this.#sql.dropAbout.run(delivery);
    this.about(delivery, patients);
  }

  /** A batch is about everybody that its members are about. */
  batch(delivery: number): void {
    this.#sql.batch.run(delivery, delivery, delivery);
  }

  /** An attempt may have put a delivery into its recipient's hands. */
  reached(delivery: number): void {
    if (this.#sql.reach.run(delivery).changes === 0) this.#sql.reachNobody.run(delivery, NOBODY, NOBODY);
  }

  /** A delivery has ended: it was a disclosure where this attempt, or one before it, has got there. */
  settle(delivery: number, { isAccountable, reach, ...facts }: Disclosure, atMs: number): void {
    const rows = this.#sql.aboutOf.all(delivery);
    const reached = reach === "none" && rows.some((row) => row.reached === 1) ? "unconfirmed" : reach;
    this.#sql.unreach.run(delivery);
    if (reached === "none") return;
    this.#keep(
      {
        kind: isAccountable ? KIND.accountable : KIND.exempt,
        atMs,
        person: null,
        facts: { ...facts, reach: reached },
      },
      rows.length === 0 ? UNKNOWN : rows.map(aboutIn),
    );
  }

  /** Somebody has seen what a message says of these patients. */
  seen({ by: { person }, atMs, ...facts }: Seen, patients: readonly Patient[]): void {
    const about = this.#rowsOf(patients);
    this.#keep(
      { kind: KIND.seen, atMs, person, facts: { ...facts, person } },
      // Whoever has only asked about a patient has seen no message.
      facts.message === undefined ? about.map(([blind, assigner]): About => [blind, assigner, 0]) : about,
    );
  }

  /** What was disclosed before a year goes: its keys first. */
  drop({ beforeYear, limit }: DropDisclosures): DroppedDisclosures {
    const { channel, day: year } = ownerAt(Date.UTC(beforeYear));
    this.#sql.dropKeys.run(channel, year);
    this.#sealing.forget();
    let rows = 0;
    for (const kind of Object.values(KIND)) {
      for (const { id } of this.#sql.over.all(kind, Date.UTC(beforeYear), limit - rows)) {
        this.#sql.dropDisclosed.run(id);
        this.#sql.dropDisclosure.run(id);
        rows++;
      }
    }
    return { rows };
  }

  #keep({ kind, atMs, person, facts }: Kept, about: readonly About[]): void {
    const { lastId: id } = this.#sql.insert.run(kind, atMs, person, NOBODY);
    const plain = utf8.encode(JSON.stringify({ ...facts, atMs }));
    this.#sql.seal.run(this.#sealing.seal(SEALED.disclosure, id, ownerAt(atMs), plain), id);
    for (const [blind, assigner, leading] of about) {
      this.#sql.insertDisclosed.run(id, blind, assigner, kind, atMs, leading);
    }
  }

  #rowsOf(patients: readonly Patient[]): readonly About[] {
    if (patients.length === 0) return UNKNOWN;
    return patients.flatMap((numbers) =>
      numbers.map((number, at): About => [
        this.#blinds.numberOf(number),
        this.#blinds.assignerOf(number),
        at === 0 ? 1 : 0,
      ])
    );
  }
}

const UNKNOWN: readonly About[] = [[NOBODY, NOBODY, 0]];

function aboutIn({ blind, assigner, leading }: Row): About {
  return [blind as Uint8Array, assigner as Uint8Array, Number(leading)];
}

const utf8 = new TextEncoder();

const STATEMENTS = {
  about: "INSERT OR IGNORE INTO delivery_about (delivery, blind, assigner, leading) VALUES (?, ?, ?, ?)",
  dropAbout: "DELETE FROM delivery_about WHERE delivery = ?",
  aboutOf: "SELECT blind, assigner, leading, reached FROM delivery_about WHERE delivery = ?",
  batch: `INSERT OR IGNORE INTO delivery_about (delivery, blind, assigner, leading)
    SELECT ?, blind, assigner, leading FROM delivery JOIN delivery_about ON delivery_about.delivery = delivery.id
    WHERE batch = ? AND delivery.id <> ?`,
  reach: "UPDATE delivery_about SET reached = 1 WHERE delivery = ?",
  reachNobody:
    "INSERT INTO delivery_about (delivery, blind, assigner, leading, reached) VALUES (?, ?, ?, 0, 1)",
  unreach: "UPDATE delivery_about SET reached = 0 WHERE delivery = ? AND reached = 1",
  insert: "INSERT INTO disclosure (kind, at_ms, person, sealed) VALUES (?, ?, ?, ?)",
  seal: "UPDATE disclosure SET sealed = ? WHERE id = ?",
  insertDisclosed: `INSERT OR IGNORE INTO disclosed (disclosure, blind, assigner, kind, at_ms, leading)
    VALUES (?, ?, ?, ?, ?, ?)`,
  dropKeys: "DELETE FROM data_key WHERE channel = ? AND day < ?",
  over: "SELECT id FROM disclosure WHERE kind = ? AND at_ms < ? ORDER BY at_ms LIMIT ?",
  dropDisclosed: "DELETE FROM disclosed WHERE disclosure = ?",
  dropDisclosure: "DELETE FROM disclosure WHERE id = ?",
} as const;
