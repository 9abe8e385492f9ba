import type { Database } from "../../runtime/journal/database.ts";
import { ANSWERED, DELIVERY, MESSAGE } from "../../runtime/journal/schema.ts";
import type { RecognisedDocument } from "../../runtime/contract/document.ts";
import { decodeDocument } from "../../runtime/engine/review/stored_document.ts";
import { type ReviewState, reviewStates } from "../../runtime/journal/review/operations.ts";
import { SEALED, type Sealing } from "../../runtime/journal/sealing.ts";
import { lookThrough } from "../../runtime/journal/upkeep/verify_ledger.ts";

/** A message as the journal's file has it. */
export interface MessageFact {
  readonly seq: number;
  readonly id: string;
  readonly isProcessed: boolean;
  readonly isQuarantined: boolean;
  /** Its sender is told that it was refused, and may send it anew. */
  readonly isRefused: boolean;
}

/** A delivery as the journal's file has it. */
export interface DeliveryFact {
  readonly delivery: number;
  readonly seq: number;
  readonly destination: string;
  readonly state: "queued" | "delivered" | "quarantined";
}

/** Every message in the file. */
export function messagesIn(database: Database): MessageFact[] {
  return database.prepare("SELECT seq, id, state, answered FROM message ORDER BY seq").all().map((row) => ({
    seq: Number(row.seq),
    id: String(row.id),
    isProcessed: row.state === MESSAGE.processed || row.state === MESSAGE.filtered,
    isQuarantined: row.state === MESSAGE.quarantined,
    isRefused: row.answered === ANSWERED.negatively,
  }));
}

/** Every delivery in the file. */
export function deliveriesIn(database: Database): DeliveryFact[] {
  return database.prepare(
    `SELECT delivery.id AS id, seq, text, state FROM delivery JOIN name ON name.id = delivery.destination
     ORDER BY delivery.id`,
  ).all().map((row) => ({
    delivery: Number(row.id),
    seq: Number(row.seq),
    destination: String(row.text).split("/")[1],
    state: row.state === DELIVERY.delivered
      ? "delivered"
      : row.state === DELIVERY.quarantined
      ? "quarantined"
      : "queued",
  }));
}

/** A document that people review, as the journal's file has it. */
export interface ReviewFact {
  readonly seq: number;
  readonly state: ReviewState;
  readonly revision: number;
  readonly approvedBy: readonly string[];
  /** As people have left it. */
  readonly document: RecognisedDocument | undefined;
}

/** Every document in the file that waits, or waited. */
export function reviewsIn(database: Database, sealing: Sealing): ReviewFact[] {
  return database.prepare("SELECT seq, state, revision, approved_by, document FROM review").all().map(
    (row) => {
      const seq = Number(row.seq), { document } = row;
      const bytes = document && sealing.open(SEALED.reviewedDocument, seq, document as Uint8Array);
      return {
        seq,
        state: reviewStates[Number(row.state)],
        revision: Number(row.revision),
        approvedBy: JSON.parse(String(row.approved_by)),
        document: bytes ? decodeDocument(bytes) : undefined,
      };
    },
  );
}

/** What SQLite finds wrong with the file; `ok` where that is nothing. */
export function integrityOf(database: Database): string {
  return String(database.prepare("PRAGMA integrity_check").get()?.integrity_check);
}

/** What is wrong with the ledger in the file: it MUST tell of all that was committed, whatever the disk did meanwhile. */
export function untoldIn(database: Database, sealing: Sealing): string[] {
  const { findings } = lookThrough({ database, sealing, keys: undefined, tell: () => {} });
  return findings.list.map(({ code, subject }) => `${code}, ${subject}`);
}
