import { Bodies } from "../bodies.ts";
import type { Blinds } from "../blinds.ts";
import type { BodyHead } from "../bodies.ts";
import type { BodyFiles } from "../body_files.ts";
import type { Database, Row, SqlValue, Statement } from "../database.ts";
import { FoundIndex } from "../found.ts";
import { LARGE_BYTES, type LargeBody, type Stored, writeLarge } from "../large_bodies.ts";
import { FIELD, type Names } from "../names.ts";
import { sealAnswer } from "../sealed_answers.ts";
import { type Owner, SEALED, type Sealing } from "../sealing.ts";
import { prepareWrites } from "../writes.ts";
import type { OldJournal } from "./old_journal.ts";
import type { Translation } from "./translation.ts";

/** What the new file is written with. */
export interface NewJournal {
  readonly database: Database;
  readonly names: Names;
  readonly sealing: Sealing;
  readonly blinds: Blinds;
  readonly files: BodyFiles;
  readonly random: (length: number) => Uint8Array;
}

/** One transaction has about so many bytes of bodies, or so many messages. */
const BATCH_BYTES = 8 << 20, BATCH_MESSAGES = 1000;

/** Writes all that an old journal holds into a new, empty one. `written` is called with each message's number. */
export function rewrite(
  old: OldJournal,
  translation: Translation,
  journal: NewJournal,
  written: (messages: number) => void,
): void {
  const { database } = journal;
  const begin = database.prepare("BEGIN IMMEDIATE"), commit = database.prepare("COMMIT");
  const rows = new Rows(old, translation, journal);
  let messages = 0, bytes = 0;
  begin.run();
  for (const row of old.messages()) {
    rows.message(row);
    bytes += Number(row.size);
    if (++messages % BATCH_MESSAGES === 0 || bytes > BATCH_BYTES) {
      commit.run();
      begin.run();
      bytes = 0;
    }
    written(messages);
  }
  rows.rest();
  commit.run();
}

class Rows {
  readonly #old: OldJournal;
  readonly #translation: Translation;
  readonly #journal: NewJournal;
  readonly #bodies: Bodies;
  readonly #found: FoundIndex;
  readonly #inserts = new Map<string, Statement>();

  constructor(old: OldJournal, translation: Translation, journal: NewJournal) {
    const { database, sealing, names, blinds } = journal;
    this.#old = old;
    this.#translation = translation;
    this.#journal = journal;
    this.#bodies = new Bodies(database, sealing);
    this.#found = new FoundIndex(prepareWrites(database), names, blinds);
  }

  /** A message, its deliveries, and what happened to it. */
  message(row: Row): void {
    const plain = this.#translation.message(row);
    const owner = { channel: Number(plain.channel), day: Number(plain.day) };
    const body = this.#keep(owner, this.#translation.messageHead(row), row);
    const seq = Number(row.seq);
    this.#insert("message", {
      ...plain,
      body,
      answer: row.answer && sealAnswer(this.#journal.sealing, seq, owner, {
        bytes: row.answer as Uint8Array,
        contentType: this.#old.nameOf(row.answer_type),
      }),
      evidence: this.#sealed(SEALED.evidence, body, owner, row.evidence),
    });
    // Fields that a channel declares were not known when it was received.
    this.#found.addMessage(seq, owner.channel, { controlId: String(row.control_id), type: String(row.type) });
    const sealedId = this.#translation.sealedId(row);
    if (sealedId !== undefined) this.#found.add(seq, [FIELD.sealedId, sealedId]);
    for (const delivery of this.#old.deliveriesOf(seq)) this.#delivery(delivery, row, body, owner);
    for (const entry of this.#old.historyOf(seq)) this.#insert("history", this.#translation.history(entry));
  }

  /** What belongs to no message. */
  rest(): void {
    for (const row of this.#old.states()) {
      const place = this.#translation.state(row);
      const owner = { channel: place.channel, day: 0 };
      const value = this.#sealed(SEALED.state, place.key, owner, utf8.encode(String(row.value)));
      this.#insert("state", { ...place, value });
    }
    for (const row of this.#old.numberings()) this.#insert("numbering", this.#translation.numbering(row));
    for (const row of this.#old.sequences()) this.#insert("sequence", this.#translation.sequence(row));
    const set = this.#journal.database.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)");
    for (const { name, value } of this.#old.settings()) set.run(name, value);
  }

  #delivery(row: Row, message: Row, messageBody: number, owner: Owner): void {
    const body = isSharedBody(row, message)
      ? messageBody
      : this.#keep(owner, this.#translation.deliveryHead(row), row);
    const answer = this.#sealed(SEALED.deliveryAnswer, Number(row.id), owner, row.answer);
    this.#insert("delivery", { ...this.#translation.delivery(row), body, answer });
  }

  #keep(owner: Owner, head: BodyHead, { body, size }: Row): number {
    const { files, random } = this.#journal;
    const bytes = this.#old.body(body);
    const stored: Stored = !bytes
      ? lost(Number(size))
      : bytes.length > LARGE_BYTES
      ? writeLarge(bytes, files, random)
      : bytes;
    return this.#bodies.insert(owner, head, stored);
  }

  #sealed(kind: number, subject: number, owner: Owner, plain: SqlValue): SqlValue {
    return plain === null ? null : this.#journal.sealing.seal(kind, subject, owner, plain as Uint8Array);
  }

  #insert(table: string, row: Row): void {
    let insert = this.#inserts.get(table);
    if (!insert) {
      const columns = Object.keys(row);
      const sql = `INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => "?").join()})`;
      this.#inserts.set(table, insert = this.#journal.database.prepare(sql));
    }
    insert.run(...Object.values(row));
  }
}

/** True where a delivery is the message as it was received, with the same name and type. */
export function isSharedBody(delivery: Row, message: Row): boolean {
  return ["body", "control_id", "content_type"].every((column) => delivery[column] === message[column]);
}

/** A body that was damaged before: it stays so, and what else is known of its message is kept. */
function lost(length: number): LargeBody {
  return { file: "0".repeat(64), key: new Uint8Array(32), length, sha256: "" };
}

const utf8 = new TextEncoder();
