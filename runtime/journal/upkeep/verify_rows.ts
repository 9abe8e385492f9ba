import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { MasterKey } from "../../trust/master_key.ts";
import { bodyPath } from "./body_copies.ts";
import { openBody } from "../bodies.ts";
import { type Database, prepareAll, type Row, type Statements } from "../database.ts";
import { sumOf } from "../disk_io.ts";
import { ownerAt } from "../disclosures/tables.ts";
import type { Finding, FindingCode, Findings } from "./findings.ts";
import { isLarge } from "../large_bodies.ts";
import { placeOf, SEALED, type Sealing, Wrapping } from "../sealing.ts";
import type { Tell } from "./upkeep.ts";

/** What rows are looked at with. */
export interface RowsToVerify {
  readonly database: Database;
  /** Where the files of large bodies are. */
  readonly folder: string;
  /** Left out: nothing is opened. */
  readonly sealing: Sealing | undefined;
  readonly masterKey: MasterKey | undefined;
  readonly findings: Findings;
  readonly tell: Tell;
}

/** What was looked at. */
export interface RowsVerified {
  readonly messages: number;
  readonly deliveries: number;
  readonly bodies: number;
  readonly files: number;
}

const PAGE = 500;
const COLUMNS = "seq, id, channel, body, answer, evidence";
/** The keys of the others are gone; their rows go soon. */
const STAYS = `NOT EXISTS
  (SELECT 1 FROM pruning WHERE pruning.channel = message.channel AND pruning.day = message.day)`;

/**
 * Looks at every message with all that belongs to it, a page at a time. A journal may be in use: what is gone, or being
 * removed, when something seems wrong with it, is not.
 */
export function verifyRows(parts: RowsToVerify): RowsVerified {
  const look = new Look(parts);
  const { database, tell } = parts;
  const total = Number(database.prepare("SELECT count(*) AS count FROM message").get()!.count);
  const page = database.prepare(
    `SELECT ${COLUMNS} FROM message WHERE seq > ? AND ${STAYS} ORDER BY seq LIMIT ${PAGE}`,
  );
  let done = 0;
  for (let rows = page.all(0); rows.length > 0; rows = page.all(rows[rows.length - 1].seq as number)) {
    for (const row of rows) look.message(row);
    tell({ doing: "opening messages", done: done += rows.length, total });
  }
  look.keys();
  look.states();
  look.disclosures();
  look.patients();
  look.sequences();
  return look.counts;
}

class Look {
  counts = { messages: 0, deliveries: 0, bodies: 0, files: 0 };
  readonly #parts: RowsToVerify;
  readonly #sql: Statements<typeof STATEMENTS>;

  constructor(parts: RowsToVerify) {
    this.#parts = parts;
    this.#sql = prepareAll(parts.database, STATEMENTS);
  }

  message(row: Row): void {
    this.counts.messages++;
    // Retention may have removed it meanwhile, or sealed it anew: what counts is how it is now.
    if (this.#wrongIn(row).length === 0) return;
    const now = this.#sql.message.get(row.seq);
    if (!now) return;
    const { counts } = this;
    this.counts = { ...counts };
    for (const { code, subject } of this.#wrongIn(now)) this.#parts.findings.add(code, subject);
    // It was counted before.
    this.counts = counts;
  }

  #wrongIn({ seq, id, channel, body, answer, evidence }: Row): Finding[] {
    const wrong: Finding[] = [];
    const note = (code: FindingCode, what: string) => wrong.push({ code, subject: `message ${id}: ${what}` });
    const bodies = new Set([Number(body)]);
    if (!this.#sql.name.get(channel)) note("rowMissing", `name ${channel}`);
    if (!this.#opens(SEALED.answer, Number(seq), answer)) note("valueUnreadable", "answer");
    if (!this.#opens(SEALED.evidence, Number(body), evidence)) note("valueUnreadable", "evidence");
    const review = this.#sql.review.get(seq);
    if (review && !this.#opens(SEALED.readDocument, Number(seq), review.read)) {
      note("valueUnreadable", "document as it was read");
    }
    if (review && !this.#opens(SEALED.reviewedDocument, Number(seq), review.document)) {
      note("valueUnreadable", "document as it was reviewed");
    }
    for (const { id, destination, body, first_body, answer, statement } of this.#sql.deliveries.all(seq)) {
      this.counts.deliveries++;
      bodies.add(Number(body));
      if (first_body !== null) bodies.add(Number(first_body));
      if (!this.#sql.name.get(destination)) note("rowMissing", `name ${destination}`);
      if (!this.#opens(SEALED.deliveryAnswer, Number(id), answer)) {
        note("valueUnreadable", `answer to delivery ${id}`);
      }
      if (!this.#opens(SEALED.statement, Number(id), statement)) {
        note("valueUnreadable", `statement of delivery ${id}`);
      }
    }
    for (const body of bodies) this.#lookAtBody(body, note);
    return wrong;
  }

  #lookAtBody(id: number, note: (code: FindingCode, what: string) => void): void {
    const row = this.#sql.body.get(id);
    if (!row) return note("rowMissing", `body ${id}`);
    this.counts.bodies++;
    const { sealing, folder } = this.#parts;
    const opened = sealing && openBody(sealing, id, row.sealed);
    if (opened === null) note("valueUnreadable", `body ${id}`);
    if (row.file === null) return;
    const name = String(row.file), path = bodyPath(folder, name);
    this.counts.files++;
    if (!existsSync(path)) return note("fileMissing", name);
    const isNamed = !opened || isLarge(opened.stored) && opened.stored.file === name;
    if (!isNamed || sumOf(path).sha256 !== name) note("fileDamaged", name);
  }

  sequences(): void {
    const { database, findings } = this.#parts;
    for (const { destination, last, given } of database.prepare(BEHIND).all()) {
      findings.add("sequenceBehind", `destination ${destination}: ${last ?? "none"} after ${given}`);
    }
    for (const { id } of database.prepare(WITHOUT_MESSAGE).all()) {
      findings.add("rowMissing", `delivery ${id}: its message`);
    }
  }

  keys(): void {
    const { masterKey, findings } = this.#parts;
    if (!masterKey) return;
    const wrapping = new Wrapping(masterKey, randomBytes);
    for (let rows = this.#sql.keys.all(0); rows.length > 0;) {
      for (const { id, channel, day, wrapped } of rows) {
        if (!wrapping.unwrap(placeOf(Number(channel), Number(day)), wrapped as Uint8Array)) {
          findings.add("keyUnreadable", `data key ${id}`);
        }
      }
      rows = this.#sql.keys.all(rows[rows.length - 1].id as number);
    }
  }

  states(): void {
    const { findings } = this.#parts;
    for (let rows = this.#sql.states.all(-1, -1); rows.length > 0;) {
      for (const { channel, key, value } of rows) {
        if (!this.#opens(SEALED.state, Number(key), value)) {
          findings.add("valueUnreadable", `state ${key} of channel ${channel}`);
        }
      }
      const { channel, key } = rows[rows.length - 1];
      rows = this.#sql.states.all(channel as number, key as number);
    }
  }

  disclosures(): void {
    const { findings } = this.#parts;
    for (let rows = this.#sql.disclosures.all(0); rows.length > 0;) {
      for (const { id, at_ms, sealed } of rows) {
        if (this.#opens(SEALED.disclosure, Number(id), sealed)) continue;
        // Of a year whose keys are gone the rows go soon.
        const { channel, day } = ownerAt(Number(at_ms));
        if (!this.#sql.keyOf.get(channel, day)) continue;
        findings.add("valueUnreadable", `record ${id} of what was disclosed`);
      }
      rows = this.#sql.disclosures.all(rows[rows.length - 1].id as number);
    }
  }

  patients(): void {
    for (let rows = this.#sql.patients.all(0); rows.length > 0;) {
      for (const { id, sealed } of rows) {
        if (this.#opens(SEALED.patient, Number(id), sealed)) continue;
        this.#parts.findings.add("valueUnreadable", `row ${id} of the patient index`);
      }
      rows = this.#sql.patients.all(rows[rows.length - 1].id as number);
    }
  }

  #opens(kind: number, subject: number, sealed: Row[string]): boolean {
    const { sealing } = this.#parts;
    if (!sealing || sealed === null) return true;
    return sealed instanceof Uint8Array && sealing.open(kind, subject, sealed) !== null;
  }
}

const STATEMENTS = {
  name: "SELECT 1 FROM name WHERE id = ?",
  deliveries: "SELECT id, destination, body, first_body, answer, statement FROM delivery WHERE seq = ?",
  review: "SELECT read, document FROM review WHERE seq = ?",
  body: "SELECT sealed, file FROM body WHERE id = ?",
  keys: `SELECT id, channel, day, wrapped FROM data_key WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
  states:
    `SELECT channel, key, value FROM state WHERE (channel, key) > (?, ?) ORDER BY channel, key LIMIT ${PAGE}`,
  disclosures: `SELECT id, at_ms, sealed FROM disclosure WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
  patients: `SELECT id, sealed FROM patient WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
  keyOf: "SELECT 1 FROM data_key WHERE channel = ? AND day = ? LIMIT 1",
  message: `SELECT ${COLUMNS} FROM message WHERE seq = ? AND ${STAYS}`,
} as const;

const BEHIND = `SELECT delivery.destination AS destination, last, max(delivery.sequence) AS given
  FROM delivery LEFT JOIN sequence ON sequence.destination = delivery.destination
  GROUP BY delivery.destination HAVING given > 0 AND ifnull(last, 0) < given LIMIT 100`;
const WITHOUT_MESSAGE =
  `SELECT delivery.id AS id FROM delivery LEFT JOIN message ON message.seq = delivery.seq
  WHERE message.seq IS NULL LIMIT 1000`;
