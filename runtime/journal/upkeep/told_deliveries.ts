import type { LedgerEntry } from "../../trust/ledger/entry.ts";
import type { Database, Row, Statement } from "../database.ts";
import { Names } from "../names.ts";
import { DELIVERY } from "../schema.ts";
import { openScratch } from "../sqlite_database.ts";
import type { Findings } from "./findings.ts";

/** Numbers of messages that are looked at together. */
const PAGE = 500;

/**
 * Remembers how often the ledger tells each end of each message's deliveries, in a file that is gone afterwards, and compares
 * that with the deliveries that have ended: none MUST have an end that is not told.
 */
export class ToldDeliveries {
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
    const { message, channel, destination } = entry, state = endIn(entry);
    if (state === undefined || message === undefined || destination === undefined) return;
    this.#tell.run(message, `${channel}/${destination}`, state);
  }

  /** @param before messages up to this number came before there was a ledger */
  compare(database: Database, before: number, findings: Findings, told: (done: number) => void): void {
    const names = new Names(database);
    const { last } = database.prepare("SELECT ifnull(max(seq), 0) AS last FROM message").get()!;
    const page = database.prepare(ENDED);
    for (let from = before; from < Number(last); from += PAGE) {
      for (const row of page.all(from, from + PAGE)) this.#compare(row, names, findings);
      told(Math.min(from + PAGE, Number(last)));
    }
  }

  close(): void {
    this.#scratch.close();
  }

  #compare({ id, destination, state, times }: Row, names: Names, findings: Findings): void {
    this.compared += Number(times);
    const place = names.textOf(Number(destination));
    const told = this.#told.get(id, place, state)?.times ?? 0;
    if (Number(told) < Number(times)) {
      findings.add("ledgerUntold", `message ${id}: ${STATES[Number(state)]} at ${place}`);
    }
  }
}

/** The state of a delivery after what an entry tells. */
function endIn({ kind, outcome, act }: LedgerEntry): number | undefined {
  if (kind === "delivered") return DELIVERY.delivered;
  if (kind === "quarantined") return DELIVERY.quarantined;
  if (kind === "receipted") return outcome === "rejected" ? DELIVERY.quarantined : DELIVERY.delivered;
  return kind === "act" && act === "cancelled" ? DELIVERY.cancelled : undefined;
}

const STATES = Object.keys(DELIVERY);

const ENDED = `SELECT message.id AS id, destination, delivery.state AS state, count(*) AS times
  FROM message JOIN delivery ON delivery.seq = message.seq WHERE message.seq > ? AND message.seq <= ?
  AND delivery.state IN (${DELIVERY.delivered}, ${DELIVERY.quarantined}, ${DELIVERY.cancelled})
  GROUP BY message.seq, destination, delivery.state`;
