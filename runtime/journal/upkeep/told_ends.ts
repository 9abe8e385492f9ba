import type { LedgerEntry } from "../../trust/ledger/entry.ts";
import type { Database, Row, SqlValue, Statement } from "../database.ts";
import { Names } from "../names.ts";
import { REJECTED } from "../review/operations.ts";
import { DELIVERY, MESSAGE } from "../schema.ts";
import { openScratch } from "../sqlite_database.ts";
import type { Findings } from "./findings.ts";

/** Numbers of messages that are looked at together. */
const PAGE = 500;

/**
 * Remembers how often the ledger tells each end of each message, and of its deliveries, in a file that is gone afterwards, and
 * compares that with those that have ended: none MUST have an end that is not told. So nothing that waits to be sent can be
 * made to look as if it was, or as if it was for nobody.
 */
export class ToldEnds {
  /** Deliveries. */
  compared = 0;
  readonly #scratch: Database;
  readonly #tell: Statement;
  readonly #told: Statement;

  constructor() {
    this.#scratch = openScratch();
    this.#scratch.exec(
      `CREATE TEMP TABLE told (message TEXT, destination TEXT, state INTEGER, times INTEGER NOT NULL,
       PRIMARY KEY (message, destination, state)) WITHOUT ROWID; BEGIN`,
    );
    this.#tell = this.#scratch.prepare(
      "INSERT INTO told VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
    );
    this.#told = this.#scratch.prepare(
      "SELECT times FROM told WHERE message = ? AND destination = ? AND state = ?",
    );
  }

  tell(entry: LedgerEntry): void {
    const { message, channel, destination } = entry;
    const state = destination === undefined ? endOfMessage(entry) : endOfDelivery(entry);
    if (state === undefined || message === undefined) return;
    this.#tell.run(message, destination === undefined ? NOWHERE : `${channel}/${destination}`, state);
  }

  /** @param before messages up to this number came before there was a ledger */
  compare(database: Database, before: number, findings: Findings, told: (done: number) => void): void {
    const names = new Names(database);
    const { last } = database.prepare("SELECT ifnull(max(seq), 0) AS last FROM message").get()!;
    const [messages, deliveries] = [database.prepare(MESSAGES), database.prepare(DELIVERIES)];
    for (let from = before; from < Number(last); from += PAGE) {
      for (const { id, state } of messages.all(from, from + PAGE)) {
        if (this.#times(id, NOWHERE, state) === 0) {
          findings.add("ledgerUntold", `message ${id}: ${nameIn(MESSAGE, state)}`);
        }
      }
      for (const row of deliveries.all(from, from + PAGE)) this.#compare(row, names, findings);
      told(Math.min(from + PAGE, Number(last)));
    }
  }

  close(): void {
    this.#scratch.close();
  }

  #compare({ id, destination, state, times }: Row, names: Names, findings: Findings): void {
    this.compared += Number(times);
    const place = names.textOf(Number(destination));
    if (this.#times(id, place, state) < Number(times)) {
      findings.add("ledgerUntold", `message ${id}: ${nameIn(DELIVERY, state)} at ${place}`);
    }
  }

  #times(id: SqlValue, place: string, state: SqlValue): number {
    return Number(this.#told.get(id, place, state)?.times ?? 0);
  }
}

/** Stands for a destination where a message has ended before it came to any. */
const NOWHERE = "";

/** The state of a message after what an entry tells of it. */
function endOfMessage({ kind, code, act }: LedgerEntry): number | undefined {
  if (kind === "filtered") return MESSAGE.filtered;
  if (kind === "quarantined" || kind === "received" && code !== undefined) return MESSAGE.quarantined;
  if (kind !== "act" || act === undefined) return undefined;
  return act === "cancelled" || act.startsWith("corrected as ") || act.startsWith(REJECTED)
    ? MESSAGE.cancelled
    : undefined;
}

/** The state of a delivery after what an entry tells. */
function endOfDelivery({ kind, outcome, act }: LedgerEntry): number | undefined {
  if (kind === "delivered") return DELIVERY.delivered;
  if (kind === "quarantined") return DELIVERY.quarantined;
  if (kind === "receipted") return outcome === "rejected" ? DELIVERY.quarantined : DELIVERY.delivered;
  return kind === "act" && act === "cancelled" ? DELIVERY.cancelled : undefined;
}

function nameIn(states: Readonly<Record<string, number>>, state: SqlValue): string {
  return Object.keys(states).find((name) => states[name] === Number(state))!;
}

/** What was processed goes somewhere, or is part of something that does; otherwise it must have been filtered. */
const MESSAGES =
  `SELECT id, iif(state = ${MESSAGE.processed}, ${MESSAGE.filtered}, state) AS state FROM message
  WHERE seq > ? AND seq <= ? AND (state IN (${MESSAGE.filtered}, ${MESSAGE.quarantined}, ${MESSAGE.cancelled})
    OR state = ${MESSAGE.processed} AND whole IS NULL
      AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.seq = message.seq))`;

const DELIVERIES = `SELECT message.id AS id, destination, delivery.state AS state, count(*) AS times
  FROM message JOIN delivery ON delivery.seq = message.seq WHERE message.seq > ? AND message.seq <= ?
  AND delivery.state IN (${DELIVERY.delivered}, ${DELIVERY.quarantined}, ${DELIVERY.cancelled})
  GROUP BY message.seq, destination, delivery.state`;
