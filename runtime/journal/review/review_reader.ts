import type { ActReader } from "../acts.ts";
import type { Row, SqlValue } from "../database.ts";
import type { ReaderParts } from "../reader.ts";
import { FIELD, fieldName } from "../names.ts";
import { errors, MESSAGE } from "../schema.ts";
import { SEALED } from "../sealing.ts";
import {
  actNamed,
  type AskCopyOf,
  type AskReviews,
  type CorrectionFigures,
  type Disposition,
  type ReviewAnswer,
  type ReviewContent,
  type ReviewQuestion,
  type ReviewRecord,
  reviewStates,
} from "./operations.ts";

/** What people review, and what they have decided. */
export class ReviewReader {
  readonly #parts: ReaderParts;
  readonly #acts: ActReader;

  constructor(parts: ReaderParts, acts: ActReader) {
    this.#parts = parts;
    this.#acts = acts;
  }

  answer(question: ReviewQuestion): ReviewAnswer<ReviewQuestion> {
    switch (question.ask) {
      case "reviews":
        return this.#list(question);
      case "review":
        return this.#show(question.id);
      case "decided":
        return this.#decided(question.id);
      case "copyOf":
        return this.#copyOf(question);
      case "corrections":
        return this.#corrections();
    }
  }

  #list({ channel, state, limit }: AskReviews): ReviewRecord[] {
    const { database, names } = this.#parts;
    const number = reviewStates.indexOf(state);
    const rows = channel === undefined
      ? database.prepare(`${SELECT} WHERE review.state = ? ORDER BY review.seq LIMIT ?`).all(number, limit)
      : database.prepare(
        `${SELECT} WHERE review.channel = ? AND review.state = ? ORDER BY review.seq LIMIT ?`,
      ).all(names.find(channel) ?? -1, number, limit);
    return rows.map((row) => this.#record(row));
  }

  #show(id: string): ReviewContent | undefined {
    const rows = this.#parts.database.prepare(`${SELECT} WHERE id >= ? AND id < ? LIMIT 2`).all(id, id + "~");
    if (rows.length !== 1) return undefined;
    const [row] = rows, seq = Number(row.seq);
    return {
      ...this.#record(row),
      openedAtMs: Number(row.opened_ms),
      ...(row.set_by === null ? {} : { setBy: String(row.set_by) }),
      read: this.#opened(SEALED.readDocument, seq, row.read),
      document: this.#documentOf(row),
      steps: this.#acts.ofMessage(seq).flatMap(({ atMs, person, reason, act }) => {
        const done = actNamed(act);
        return done ? [{ atMs, by: { person, ...(reason === undefined ? {} : { reason }) }, act: done }] : [];
      }),
    };
  }

  #decided(id: string): Uint8Array | undefined {
    const row = this.#parts.database.prepare(
      `${SELECT} WHERE message.id = ? AND review.state = ${reviewStates.indexOf("approved")}`,
    ).get(id);
    return row && this.#documentOf(row);
  }

  #copyOf({ channel, seq, keys, passing = -1 }: AskCopyOf): string | undefined {
    const { database, names, blinds } = this.#parts;
    const field = names.find(fieldName(FIELD.copy)) ?? -1, of = [names.find(channel) ?? -1, seq, seq];
    const known = database.prepare(KNOWN_COPY);
    for (const key of keys) {
      const row = known.get(field, blinds.number(FIELD.copy, key), ...of);
      if (row) return String(row.id);
    }
    const row = database.prepare(`SELECT id FROM message WHERE seq = ? AND ${IS_BEFORE}`).get(passing, ...of);
    return row && String(row.id);
  }

  #corrections(): CorrectionFigures[] {
    return this.#parts.database.prepare("SELECT * FROM correction ORDER BY corrected DESC, template, field")
      .all().map(({ template, field, read, accepted, confirmed, corrected }) => ({
        template: String(template),
        field: String(field),
        read: Number(read),
        accepted: Number(accepted),
        confirmed: Number(confirmed),
        corrected: Number(corrected),
      }));
  }

  #documentOf({ seq, read, document }: Row): Uint8Array {
    return document === null
      ? this.#opened(SEALED.readDocument, Number(seq), read)
      : this.#opened(SEALED.reviewedDocument, Number(seq), document);
  }

  #opened(kind: number, seq: number, sealed: SqlValue): Uint8Array {
    const plain = this.#parts.sealing.open(kind, seq, sealed as Uint8Array);
    return plain ? new Uint8Array(plain) : errors.fail("JOURNAL_BODY_DAMAGED");
  }

  #record(row: Row): ReviewRecord {
    return {
      seq: Number(row.seq),
      id: String(row.id),
      channel: this.#parts.names.textOf(Number(row.channel)),
      receivedAtMs: Number(row.received_ms),
      state: reviewStates[Number(row.state)],
      kind: String(row.kind),
      template: String(row.template),
      pages: Number(row.pages),
      doubts: Number(row.doubts),
      revision: Number(row.revision),
      below: Number(row.below),
      approvalsNeeded: Number(row.approvals_needed),
      approvedBy: JSON.parse(String(row.approved_by)) as string[],
      ...(row.disposition === null ? {} : { disposition: row.disposition as Disposition }),
    };
  }
}

/** Of a channel: it has gone on, or waits in any way and came before. */
const IS_BEFORE = `channel = ? AND (state = ${MESSAGE.processed} AND message.seq <> ?
  OR state IN (${MESSAGE.received}, ${MESSAGE.quarantined}, ${MESSAGE.reviewing}) AND message.seq < ?)`;
// Of a fax that comes again and again, and is rejected each time, the first are looked at: one of them went on.
const KNOWN_COPY =
  `SELECT id FROM (SELECT seq FROM found WHERE field = ? AND blind = ? ORDER BY seq LIMIT 1000) AS known
  CROSS JOIN message ON message.seq = known.seq WHERE ${IS_BEFORE} LIMIT 1`;

const SELECT = "SELECT review.*, id, received_ms FROM review JOIN message ON message.seq = review.seq";
