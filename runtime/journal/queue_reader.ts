import { COUNTER } from "./appends.ts";
import type { Blinds } from "./blinds.ts";
import type { BodyHead } from "./bodies.ts";
import type { Database, Row } from "./database.ts";
import { readLedgerTrouble } from "./ledger/trouble.ts";
import { destinationName, type Names } from "./names.ts";
import type { Opened, OpenedBodies } from "./opened_bodies.ts";
import type { Gathering, PendingTotals, Question } from "./questions.ts";
import type { ReaderParts } from "./reader.ts";
import type { HeldRow, InboxRow, MemberRow, OutboxRow } from "./rows.ts";
import { errors, MESSAGE } from "./schema.ts";
import { SEALED, type Sealing } from "./sealing.ts";
import { stateNumber } from "./state_number.ts";
import { readStandings } from "./standing.ts";

type Asked<A extends Question["ask"]> = Extract<Question, { ask: A }>;

/** What one page of a queue may take in memory. */
const PAGE_BYTES_MAX = 8 << 20;

/** What the lines of a gateway go on from: what is queued, held, gathered, remembered. */
export class QueueReader {
  readonly #database: Database;
  readonly #names: Names;
  readonly #sealing: Sealing;
  readonly #blinds: Blinds;
  readonly #bodies: OpenedBodies;

  constructor({ database, names, sealing, blinds, bodies }: ReaderParts) {
    this.#database = database;
    this.#names = names;
    this.#sealing = sealing;
    this.#blinds = blinds;
    this.#bodies = bodies;
  }

  messages({ ask, channel, after, limit }: Asked<"inbox" | "pieces">): InboxRow[] {
    const id = this.#names.find(channel);
    if (id === undefined) return [];
    // Written out: a partial index is found by a number, not by a parameter.
    const where = `channel = ? AND state = ${ask === "inbox" ? MESSAGE.received : MESSAGE.gathering}`;
    const rows = this.#page(
      `SELECT seq AS position, size FROM message WHERE ${where} AND seq > ? ORDER BY seq LIMIT ?`,
      `SELECT seq, message.id AS id, received_ms, adapter, size, body, sealed
       FROM message JOIN body ON body.id = message.body WHERE ${where} AND seq > ? AND seq <= ? ORDER BY seq`,
      [id, after, limit],
    );
    return rows.map((row) => {
      const { head, bytes } = this.#bodies.of(row);
      return {
        seq: Number(row.seq),
        id: String(row.id),
        receivedAtMs: Number(row.received_ms),
        origin: this.#origin(row, head),
        contentType: head.contentType,
        size: Number(row.size),
        body: bytes,
      };
    });
  }

  outbox({ channel, destination, after, limit }: Asked<"outbox">): OutboxRow[] {
    const id = this.#names.find(destinationName(channel, destination));
    if (id === undefined) return [];
    const rows = this.#page(
      "SELECT id AS position, size FROM delivery WHERE destination = ? AND state = 0 AND id > ? ORDER BY id LIMIT ?",
      `SELECT delivery.id AS delivery, delivery.seq AS seq, message.id AS id, received_ms, part, sequence, attempts,
       replays, keys, built_on, batch, delivery.size AS size, delivery.body AS body, sealed
       FROM delivery JOIN message ON message.seq = delivery.seq JOIN body ON body.id = delivery.body
       WHERE destination = ? AND delivery.state = 0 AND delivery.id > ? AND delivery.id <= ? ORDER BY delivery.id`,
      [id, after, limit],
    );
    return rows.map((row) => {
      const opened = this.#bodies.of(row);
      return {
        ...this.#waiting(row, opened),
        sequence: Number(row.sequence),
        attempts: Number(row.attempts),
        isBatch: row.batch !== null,
        controlId: opened.head.controlId,
        ...(Number(row.replays) > 0 ? { replays: Number(row.replays) } : {}),
      };
    });
  }

  gathered({ channel, destination, after, limit, bytesMax }: Asked<"gathered">): MemberRow[] {
    const id = this.#names.find(destinationName(channel, destination));
    if (id === undefined) return [];
    const rows = this.#page(
      `SELECT id AS position, size FROM delivery
       WHERE destination = ? AND state = 3 AND batch = 0 AND id > ? ORDER BY id LIMIT ?`,
      `SELECT delivery.id AS delivery, delivery.seq AS seq, message.id AS id, received_ms, part, keys, built_on,
       delivery.size AS size, delivery.body AS body, sealed
       FROM delivery JOIN message ON message.seq = delivery.seq JOIN body ON body.id = delivery.body
       WHERE destination = ? AND delivery.state = 3 AND batch = 0 AND delivery.id > ? AND delivery.id <= ?
       ORDER BY delivery.id`,
      [id, after, limit],
      { bytesMax: Math.min(bytesMax, PAGE_BYTES_MAX), least: after === 0 ? 1 : 0 },
    );
    return rows.map((row) => this.#waiting(row, this.#bodies.of(row)));
  }

  held(channel: string, destination: string): HeldRow[] {
    const rows = this.#database.prepare("SELECT id, keys FROM delivery WHERE destination = ? AND held = 1")
      .all(this.#names.find(destinationName(channel, destination)) ?? -1);
    return rows.map(({ id, keys }) => ({ delivery: Number(id), keys: JSON.parse(String(keys)) as string[] }));
  }

  numbering(channel: string, sender: string): { last: number | null } | undefined {
    const row = this.#database.prepare("SELECT last FROM numbering WHERE channel = ? AND sender = ?")
      .get(this.#names.find(channel) ?? -1, this.#blinds.number(COUNTER, sender));
    return row && { last: row.last === null ? null : Number(row.last) };
  }

  state(channel: string, step: string, key: string): string | undefined {
    const number = stateNumber(this.#blinds, step, key);
    const row = this.#database.prepare("SELECT value FROM state WHERE channel = ? AND key = ?")
      .get(this.#names.find(channel) ?? -1, number);
    if (!row) return undefined;
    const value = this.#sealing.open(SEALED.state, number, row.value as Uint8Array);
    return value ? utf8.decode(value) : errors.fail("JOURNAL_BODY_DAMAGED");
  }

  pending(): PendingTotals {
    let bytes = 0;
    const count = (sql: string): Record<string, number> => {
      const rows = this.#database.prepare(sql).all();
      for (const row of rows) bytes += Number(row.size);
      return Object.fromEntries(rows.map((row) => [this.#names.textOf(Number(row.owner)), Number(row.n)]));
    };
    const inboxes = count(
      "SELECT channel AS owner, count(*) AS n, sum(size) AS size FROM message WHERE state = 0 GROUP BY 1",
    );
    const pieces = count(
      "SELECT channel AS owner, count(*) AS n, sum(size) AS size FROM message WHERE state = 4 GROUP BY 1",
    );
    const outboxes = count(
      "SELECT destination AS owner, count(*) AS n, sum(size) AS size FROM delivery WHERE state = 0 GROUP BY 1",
    );
    const epoch = Number(
      this.#database.prepare("SELECT value FROM setting WHERE name = 'epoch'").get()!.value,
    );
    const gathering = this.#gathering();
    for (const each of Object.values(gathering)) bytes += each.bytes;
    const standings = readStandings(this.#database, this.#names);
    const broken = readLedgerTrouble(this.#database);
    const ledger = broken ? { ledger: { broken } } : {};
    return { bytes, epoch, inboxes, pieces, outboxes, gathering, ...standings, ...ledger };
  }

  #gathering(): Record<string, Gathering> {
    const rows = this.#database.prepare(
      `SELECT owner, n, bytes, received_ms FROM
       (SELECT destination AS owner, count(*) AS n, sum(size) AS bytes, min(id) AS first
       FROM delivery WHERE state = 3 AND batch = 0 GROUP BY 1)
       JOIN delivery ON delivery.id = first JOIN message ON message.seq = delivery.seq`,
    ).all();
    return Object.fromEntries(rows.map((row) => [
      this.#names.textOf(Number(row.owner)),
      { count: Number(row.n), bytes: Number(row.bytes), sinceMs: Number(row.received_ms) },
    ]));
  }

  /** What a delivery that gathers and one in an outbox have in common. */
  #waiting(row: Row, { head, bytes }: Opened): MemberRow {
    return {
      delivery: Number(row.delivery),
      seq: Number(row.seq),
      id: String(row.id),
      receivedAtMs: Number(row.received_ms),
      part: Number(row.part),
      keys: JSON.parse(String(row.keys)) as string[],
      isBuiltOn: Number(row.built_on) === 1,
      contentType: head.contentType,
      size: Number(row.size),
      body: bytes,
    };
  }

  /** A page of a queue: at most `limit` rows, and no more than fit in `bytesMax`, but at least `least`. */
  #page(
    sizes: string,
    content: string,
    [owner, after, limit]: readonly [number, number, number],
    { bytesMax, least } = { bytesMax: PAGE_BYTES_MAX, least: 1 },
  ): Row[] {
    let last = after, bytes = 0, count = 0;
    for (const { position, size } of this.#database.prepare(sizes).all(owner, after, limit)) {
      bytes += Number(size);
      if (++count > least && bytes > bytesMax) break;
      last = Number(position);
    }
    return last === after ? [] : this.#database.prepare(content).all(owner, after, last);
  }

  #origin(row: Row, { peer = "", partner }: BodyHead): InboxRow["origin"] {
    return { adapter: this.#names.textOf(Number(row.adapter)), peer, ...(partner ? { partner } : {}) };
  }
}

const utf8 = new TextDecoder();
