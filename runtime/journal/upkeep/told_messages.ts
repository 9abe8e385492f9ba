import type { LedgerEntry } from "../../trust/ledger/entry.ts";
import { openBody, type OpenedBody } from "../bodies.ts";
import { type Database, prepareAll, type Row, type Statements } from "../database.ts";
import { bodyCommitment } from "../ledger/body_commitment.ts";
import { Names } from "../names.ts";
import { dayOf, type Sealing } from "../sealing.ts";
import type { Findings } from "./findings.ts";

/** What is looked at. */
export interface ToldParts {
  readonly database: Database;
  /** Left out: no body is opened. */
  readonly sealing: Sealing | undefined;
  readonly findings: Findings;
}

const PAGE = 500;

/**
 * Compares what the ledger says of messages that came with those that are there. Both are in one order, so that one walk does
 * for both: what a ledger tells and is not there was removed by its age, and the keys of its day before it; what is there MUST
 * be told.
 */
export class ToldMessages {
  compared = 0;
  readonly #parts: ToldParts;
  readonly #sql: Statements<typeof STATEMENTS>;
  readonly #names: Names;
  #page: readonly Row[] = [];
  #at = 0;
  #last: number;
  readonly #isLedger: boolean;

  /**
   * @param before messages up to this number came before there was a ledger; `undefined`: there is none, and what has a salt
   * says that there was one
   */
  constructor(parts: ToldParts, before: number | undefined) {
    this.#parts = parts;
    this.#isLedger = before !== undefined;
    this.#sql = prepareAll(parts.database, STATEMENTS);
    this.#names = new Names(parts.database);
    this.#last = before ?? 0;
  }

  received(entry: LedgerEntry): void {
    const row = this.#peek();
    if (row?.id === entry.message) {
      this.#compare(row!, entry);
      this.#at++;
      return;
    }
    const found = this.#sql.find.get(entry.message ?? "");
    if (!found) return this.#miss(entry);
    const { seq } = found;
    // Its row was passed.
    if (!row || Number(seq) < Number(row.seq)) {
      return this.#parts.findings.add("ledgerUntold", `message ${entry.message}: told twice`);
    }
    this.#missUpTo(Number(seq));
    this.received(entry);
  }

  /** After the last entry. */
  end(): void {
    this.#missUpTo(Infinity);
  }

  /** Where its time had come, the keys of its day went first. */
  #miss({ message, channel = "", atMs }: LedgerEntry): void {
    const { findings } = this.#parts;
    const hasKey = this.#sql.keyOf.get(this.#names.find(channel) ?? -1, dayOf(atMs)) !== undefined;
    if (hasKey) findings.add("ledgerMessageGone", `message ${message}`);
  }

  #missUpTo(seq: number): void {
    for (let row = this.#peek(); row && Number(row.seq) < seq; row = this.#peek()) {
      if (this.#isLedger || this.#opened(row)?.head.salt !== undefined) {
        this.#parts.findings.add("ledgerUntold", `message ${row.id}`);
      }
      this.#at++;
    }
  }

  #peek(): Row | undefined {
    if (this.#at === this.#page.length) {
      this.#page = this.#sql.page.all(this.#last);
      this.#at = 0;
      if (this.#page.length > 0) this.#last = Number(this.#page.at(-1)!.seq);
    }
    return this.#page[this.#at];
  }

  #opened({ body }: Row): OpenedBody | null {
    const { sealing } = this.#parts;
    return sealing ? openBody(sealing, Number(body), this.#sql.body.get(body)?.sealed) : null;
  }

  #compare(row: Row, { body: told }: LedgerEntry): void {
    this.compared++;
    const opened = this.#opened(row);
    // What can no longer be opened is found by whoever looks at the rows.
    if (!opened) return;
    const { head: { salt }, stored } = opened;
    if (salt === undefined || bodyCommitment(salt, stored) !== told) {
      this.#parts.findings.add("ledgerBodyOther", `message ${row.id}`);
    }
  }
}

const STATEMENTS = {
  page: `SELECT seq, id, body FROM message WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`,
  find: "SELECT seq FROM message WHERE id = ?",
  keyOf: "SELECT 1 FROM data_key WHERE channel = ? AND day = ? LIMIT 1",
  body: "SELECT sealed FROM body WHERE id = ?",
} as const;
