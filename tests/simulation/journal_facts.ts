import type { Database } from "../../runtime/journal/database.ts";
import { ANSWERED, DELIVERY, MESSAGE } from "../../runtime/journal/schema.ts";
import type { Sealing } from "../../runtime/journal/sealing.ts";
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

/** What SQLite finds wrong with the file; `ok` where that is nothing. */
export function integrityOf(database: Database): string {
  return String(database.prepare("PRAGMA integrity_check").get()?.integrity_check);
}

/** What is wrong with the ledger in the file: it MUST tell of all that was committed, whatever the disk did meanwhile. */
export function untoldIn(database: Database, sealing: Sealing): string[] {
  const { findings } = lookThrough({ database, sealing, keys: undefined, tell: () => {} });
  return findings.list.map(({ code, subject }) => `${code}, ${subject}`);
}
