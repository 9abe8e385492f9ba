import { Buffer } from "node:buffer";
import type { BodyHead } from "../bodies.ts";
import type { Row, SqlValue } from "../database.ts";
import { OpenedBodies } from "../opened_bodies.ts";
import { openAnswer } from "../sealed_answers.ts";
import { SEALED } from "../sealing.ts";
import type { OldJournal } from "./old_journal.ts";
import { isSharedBody, type NewJournal } from "./rewrite.ts";
import type { Translation } from "./translation.ts";

/**
 * Reads all of a new journal back, and compares it with the old one: every column, every byte, and how many rows there
 * are. `compared` is called with each message's number. Throws a {@linkcode Difference}.
 */
export function compare(
  old: OldJournal,
  translation: Translation,
  journal: NewJournal,
  compared: (messages: number) => void,
): void {
  const comparison = new Comparison(old, translation, journal);
  for (const table of ["message", "delivery", "history", "state", "numbering"]) {
    comparison.count(table);
  }
  let messages = 0;
  for (const row of old.messages()) {
    comparison.message(row);
    compared(++messages);
  }
  comparison.rest();
}

/** A row that did not become what it should have. Its message names table and column. */
export class Difference extends Error {}

class Comparison {
  readonly #old: OldJournal;
  readonly #translation: Translation;
  readonly #journal: NewJournal;
  readonly #bodies: OpenedBodies;
  readonly #find: (table: string, where: Row) => Row;

  constructor(old: OldJournal, translation: Translation, journal: NewJournal) {
    const { database, sealing, files } = journal;
    this.#old = old;
    this.#translation = translation;
    this.#journal = journal;
    this.#bodies = new OpenedBodies(database, sealing, files);
    const statements = new Map<string, ReturnType<typeof database.prepare>>();
    this.#find = (table, where) => {
      let find = statements.get(table);
      if (!find) {
        const sql = `SELECT * FROM ${table} WHERE ${
          Object.keys(where).map((name) => `${name} = ?`).join(" AND ")
        }`;
        statements.set(table, find = database.prepare(sql));
      }
      return find.get(...Object.values(where)) ?? differs(`${table} is missing`);
    };
  }

  count(table: string): void {
    const { n } = this.#journal.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!;
    if (Number(n) !== this.#old.count(table)) differs(`number of rows in ${table}`);
  }

  message(row: Row): void {
    const { sealing } = this.#journal;
    const seq = Number(row.seq);
    const now = this.#find("message", { seq });
    same("message", this.#translation.message(row), now);
    this.#body(row, this.#translation.messageHead(row), now);
    const answer = now.answer && openAnswer(sealing, seq, now.answer as Uint8Array);
    const { bytes = null, contentType = null } = answer || {};
    sameBytes("answer", row.answer, bytes);
    same("answer", { type: row.answer_type === null ? null : this.#old.nameOf(row.answer_type) }, {
      type: contentType,
    });
    this.#sealed("evidence", SEALED.evidence, Number(now.body), row.evidence, now.evidence);
    for (const delivery of this.#old.deliveriesOf(seq)) this.#delivery(delivery, row);
    for (const entry of this.#old.historyOf(seq)) {
      same("history", this.#translation.history(entry), this.#find("history", { id: entry.id }));
    }
  }

  rest(): void {
    for (const row of this.#old.states()) {
      const place = this.#translation.state(row);
      const { value } = this.#find("state", place);
      this.#sealed("state", SEALED.state, place.key, utf8.encode(String(row.value)), value);
    }
    for (const row of this.#old.numberings()) {
      const { channel, sender, ...rest } = this.#translation.numbering(row);
      same("numbering", rest, this.#find("numbering", { channel, sender }));
    }
    for (const row of this.#old.sequences()) {
      const { destination, last } = this.#translation.sequence(row);
      same("sequence", { last }, this.#find("sequence", { destination }));
    }
    for (const row of this.#old.settings()) same("setting", row, this.#find("setting", { name: row.name }));
  }

  #delivery(row: Row, message: Row): void {
    const now = this.#find("delivery", { id: row.id });
    same("delivery", this.#translation.delivery(row), now);
    const isShared = isSharedBody(row, message);
    if (isShared) same("delivery", { body: this.#find("message", { seq: row.seq }).body }, now);
    else this.#body(row, this.#translation.deliveryHead(row), now);
    this.#sealed("answer", SEALED.deliveryAnswer, Number(row.id), row.answer, now.answer);
  }

  #body(row: Row, head: BodyHead, now: Row): void {
    const opened = this.#bodies.byId(Number(now.body));
    same("body", head as unknown as Row, opened.head as unknown as Row);
    sameBytes("body", this.#old.body(row.body), opened.bytes);
  }

  #sealed(what: string, kind: number, subject: number, before: SqlValue, now: SqlValue): void {
    sameBytes(what, before, now && this.#journal.sealing.open(kind, subject, now as Uint8Array));
  }
}

/** Fails unless every column of the first is the same in the second. */
function same(what: string, before: Row, now: Row): void {
  for (const [column, value] of Object.entries(before)) {
    if (now[column] !== value) differs(`${what}: ${column}`);
  }
}

function sameBytes(what: string, before: SqlValue, now: SqlValue): void {
  const isSame = before === null || now === null
    ? before === now
    : Buffer.compare(before as Uint8Array, now as Uint8Array) === 0;
  if (!isSame) differs(what);
}

function differs(what: string): never {
  throw new Difference(`${what} is not the same in the new file`);
}

const utf8 = new TextEncoder();
