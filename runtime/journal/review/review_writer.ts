import { type Database, prepareAll, type Statements } from "../database.ts";
import { MESSAGE } from "../schema.ts";
import { SEALED } from "../sealing.ts";
import { channelOf, ownerOf, type WriterParts } from "../writer_parts.ts";
import {
  type CorrectionFigures,
  type HoldForReview,
  nameOfAct,
  type ReviewChanged,
  type ReviewOutcome,
  reviewStates,
} from "./operations.ts";

/** Documents that wait for people, and what people decide. */
export class ReviewWriter {
  readonly #parts: WriterParts;
  readonly #sql: Statements<typeof STATEMENTS>;

  constructor(database: Database, parts: WriterParts) {
    this.#parts = parts;
    this.#sql = prepareAll(database, STATEMENTS);
  }

  hold(hold: HoldForReview): null {
    const { seq, kind, template, pages, doubts, below, approvalsNeeded } = hold;
    if (this.#sql.hold.run(hold.stages, seq).changes === 0) return null;
    for (const found of hold.found) this.#parts.found.add(seq, found);
    const { channel } = this.#parts.sql.messageBySeq.get(seq)!;
    const read = this.#sealed(SEALED.readDocument, seq, hold.read);
    const document = hold.document ? this.#sealed(SEALED.reviewedDocument, seq, hold.document) : null;
    this.#sql.open.run(
      ...[seq, channel, hold.atMs, kind, template, pages, doubts, below, approvalsNeeded, read, document],
    );
    return null;
  }

  change(change: ReviewChanged): ReviewOutcome {
    const { seq, by, act, atMs, revision, isDecided = false } = change;
    const found = this.#sql.find.get(seq);
    // Retention may have removed it since it was looked up.
    if (!found || Number(found.state) !== WAITING) return { kind: "over" };
    if (Number(found.revision) !== revision) return { kind: "stale" };
    const { disposition } = act.did === "rejected" ? act : {};
    const state = disposition ? "rejected" : isDecided ? "approved" : "waiting";
    this.#sql.change.run(
      reviewStates.indexOf(state),
      change.kind,
      change.doubts,
      JSON.stringify(change.approvedBy ?? []),
      act.did === "set" || act.did === "patient" ? by.person : null,
      disposition ?? null,
      change.document ? this.#sealed(SEALED.reviewedDocument, seq, change.document) : null,
      seq,
    );
    if (disposition) this.#sql.leave.run(MESSAGE.cancelled, seq);
    else if (isDecided) this.#sql.leave.run(MESSAGE.received, seq);
    for (const each of change.found ?? []) this.#parts.found.add(seq, each);
    this.count(change.counts ?? []);
    this.#parts.acts.note({ atMs, by, act: nameOfAct(act), channel: channelOf(this.#parts, seq), seq });
    return { kind: "changed", size: Number(this.#parts.sql.messageBySeq.get(seq)!.size) };
  }

  /** A message that was cancelled waits for nobody. */
  cancelled(seq: number): void {
    this.#sql.cancel.run(seq);
  }

  count(counts: readonly CorrectionFigures[]): void {
    for (const { template, field, read, accepted, confirmed, corrected } of counts) {
      this.#sql.count.run(template, field, read, accepted, confirmed, corrected);
    }
  }

  #sealed(kind: number, seq: number, document: Uint8Array): Uint8Array {
    const { sealing, sql } = this.#parts;
    return sealing.seal(kind, seq, ownerOf(sql, seq), document);
  }
}

const WAITING = reviewStates.indexOf("waiting");
const REJECTED = reviewStates.indexOf("rejected");

const STATEMENTS = {
  hold:
    `UPDATE message SET state = ${MESSAGE.reviewing}, stages = ? WHERE seq = ? AND state = ${MESSAGE.received}`,
  // A row is there only where a message was held, and its journal was put back to before it was decided.
  open:
    `INSERT OR REPLACE INTO review (seq, channel, opened_ms, state, kind, template, pages, doubts, revision, below,
    approvals_needed, approved_by, read, document) VALUES (?, ?, ?, ${WAITING}, ?, ?, ?, ?, 1, ?, ?, '[]', ?, ?)`,
  find: "SELECT state, revision FROM review WHERE seq = ?",
  change: `UPDATE review SET state = ?, kind = ?, doubts = ?, revision = revision + 1, approved_by = ?,
    set_by = ifnull(?, set_by), disposition = ?, document = ifnull(?, document) WHERE seq = ?`,
  leave: `UPDATE message SET state = ? WHERE seq = ? AND state = ${MESSAGE.reviewing}`,
  cancel: `UPDATE review SET state = ${REJECTED}, disposition = 'not_needed', revision = revision + 1
    WHERE seq = ? AND state = ${WAITING}`,
  count:
    `INSERT INTO correction (template, field, read, accepted, confirmed, corrected) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET read = read + excluded.read, accepted = accepted + excluded.accepted,
    confirmed = confirmed + excluded.confirmed, corrected = corrected + excluded.corrected`,
} as const;
