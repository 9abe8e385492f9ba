import { crc32 } from "node:zlib";
import { countSlice, oldest } from "./backlog.ts";
import type { Database, Row } from "./database.ts";
import { destinationName, Names } from "./names.ts";
import type { HeldRow, InboxRow, MemberRow, OutboxRow } from "./operations.ts";
import type { AnswerTo, Gathering, PendingTotals, Question } from "./questions.ts";
import type {
  DeliveryRecord,
  DeliveryState,
  MessageContent,
  MessageQuery,
  MessageRecord,
  MessageState,
  Trouble,
} from "./records.ts";
import { DELIVERY, errors, MESSAGE } from "./schema.ts";

type Gathered = Extract<Question, { ask: "gathered" }>;

/** What one page of a queue may take in memory. */
const PAGE_BYTES_MAX = 8 << 20;

const MESSAGE_STATES = Object.keys(MESSAGE) as readonly MessageState[];
const DELIVERY_STATES = Object.keys(DELIVERY) as readonly DeliveryState[];

/** The SQL of everything that is read, on a connection of its own. */
export class Reader {
  readonly #database: Database;
  readonly #names: Names;

  constructor(database: Database) {
    this.#database = database;
    this.#names = new Names(database);
  }

  answer<Q extends Question>(question: Q): AnswerTo<Q>;
  answer(question: Question): unknown {
    switch (question.ask) {
      case "inbox":
      case "pieces":
        return this.#messages(question);
      case "numbering":
        return this.#numbering(question.channel, question.sender);
      case "outbox":
        return this.#outbox(question.channel, question.destination, question.after, question.limit);
      case "gathered":
        return this.#gathered(question);
      case "list":
        return this.#list(question.query);
      case "show":
        return this.#show(question.id);
      case "seqOf":
        return this.#seqOf(question.id);
      case "held":
        return this.#held(question.channel, question.destination);
      case "state":
        return this.#state(question.channel, question.step, question.key);
      case "pending":
        return this.#pending();
      case "oldest":
        return oldest(this.#database, this.#names);
      case "count": {
        const { of, owner, after, limit } = question;
        return countSlice(this.#database, of, this.#names.find(owner), after, limit);
      }
    }
  }

  #messages({ ask, channel, after, limit }: Extract<Question, { ask: "inbox" | "pieces" }>): InboxRow[] {
    const id = this.#names.find(channel);
    if (id === undefined) return [];
    // Written out: a partial index is found by a number, not by a parameter.
    const where = `channel = ? AND state = ${ask === "inbox" ? MESSAGE.received : MESSAGE.gathering}`;
    const rows = this.#page(
      `SELECT seq AS position, size FROM message WHERE ${where} AND seq > ? ORDER BY seq LIMIT ?`,
      `SELECT seq, message.id AS id, received_ms, adapter, peer, partner, content_type, size, crc32, bytes
       FROM message JOIN body ON body.id = message.body WHERE ${where} AND seq > ? AND seq <= ? ORDER BY seq`,
      [id, after, limit],
    );
    return rows.map((row) => ({
      seq: Number(row.seq),
      id: String(row.id),
      receivedAtMs: Number(row.received_ms),
      origin: this.#origin(row),
      contentType: this.#names.textOf(Number(row.content_type)),
      size: Number(row.size),
      body: intact(row),
    }));
  }

  #outbox(channel: string, destination: string, after: number, limit: number): OutboxRow[] {
    const id = this.#names.find(destinationName(channel, destination));
    if (id === undefined) return [];
    const rows = this.#page(
      "SELECT id AS position, size FROM delivery WHERE destination = ? AND state = 0 AND id > ? ORDER BY id LIMIT ?",
      `SELECT delivery.id AS delivery, delivery.seq AS seq, message.id AS id, received_ms, part, sequence, attempts, keys,
       built_on, batch, delivery.control_id AS control_id, delivery.content_type AS content_type, delivery.size AS size,
       crc32, bytes
       FROM delivery JOIN message ON message.seq = delivery.seq JOIN body ON body.id = delivery.body
       WHERE destination = ? AND delivery.state = 0 AND delivery.id > ? AND delivery.id <= ? ORDER BY delivery.id`,
      [id, after, limit],
    );
    return rows.map((row) => ({
      ...this.#waiting(row),
      sequence: Number(row.sequence),
      attempts: Number(row.attempts),
      isBatch: row.batch !== null,
      controlId: String(row.control_id),
    }));
  }

  #gathered({ channel, destination, after, limit, bytesMax }: Gathered): MemberRow[] {
    const id = this.#names.find(destinationName(channel, destination));
    if (id === undefined) return [];
    const rows = this.#page(
      `SELECT id AS position, size FROM delivery
       WHERE destination = ? AND state = 3 AND batch = 0 AND id > ? ORDER BY id LIMIT ?`,
      `SELECT delivery.id AS delivery, delivery.seq AS seq, message.id AS id, received_ms, part, keys, built_on,
       delivery.content_type AS content_type, delivery.size AS size, crc32, bytes
       FROM delivery JOIN message ON message.seq = delivery.seq JOIN body ON body.id = delivery.body
       WHERE destination = ? AND delivery.state = 3 AND batch = 0 AND delivery.id > ? AND delivery.id <= ?
       ORDER BY delivery.id`,
      [id, after, limit],
      { bytesMax: Math.min(bytesMax, PAGE_BYTES_MAX), least: after === 0 ? 1 : 0 },
    );
    return rows.map((row) => this.#waiting(row));
  }

  /** What a delivery that gathers and one in an outbox have in common. */
  #waiting(row: Row): MemberRow {
    return {
      delivery: Number(row.delivery),
      seq: Number(row.seq),
      id: String(row.id),
      receivedAtMs: Number(row.received_ms),
      part: Number(row.part),
      keys: JSON.parse(String(row.keys)) as string[],
      isBuiltOn: Number(row.built_on) === 1,
      contentType: this.#names.textOf(Number(row.content_type)),
      size: Number(row.size),
      body: intact(row),
    };
  }

  #held(channel: string, destination: string): HeldRow[] {
    const rows = this.#database.prepare("SELECT id, keys FROM delivery WHERE destination = ? AND held = 1")
      .all(this.#names.find(destinationName(channel, destination)) ?? -1);
    return rows.map(({ id, keys }) => ({ delivery: Number(id), keys: JSON.parse(String(keys)) as string[] }));
  }

  #numbering(channel: string, sender: string): { last: number | null } | undefined {
    const row = this.#database.prepare("SELECT last FROM numbering WHERE channel = ? AND sender = ?")
      .get(this.#names.find(channel) ?? -1, sender);
    return row && { last: row.last === null ? null : Number(row.last) };
  }

  #state(channel: string, step: string, key: string): string | undefined {
    const row = this.#database.prepare("SELECT value FROM state WHERE channel = ? AND step = ? AND key = ?")
      .get(this.#names.find(channel) ?? -1, step, key);
    return row && String(row.value);
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

  #list(query: MessageQuery): MessageRecord[] {
    const where: string[] = [];
    const values: (string | number)[] = [];
    const must = (sql: string, ...given: (string | number)[]) => {
      where.push(sql);
      values.push(...given);
    };
    if (query.channel !== undefined) must("channel = ?", this.#names.find(query.channel) ?? -1);
    if (query.type !== undefined) must("type = ?", query.type);
    if (query.controlId !== undefined) must("control_id = ?", query.controlId);
    if (query.sinceMs !== undefined) must("received_ms >= ?", query.sinceMs);
    if (query.untilMs !== undefined) must("received_ms < ?", query.untilMs);
    if (query.before !== undefined) must("id < ?", query.before);
    if (query.state !== undefined) {
      const message = MESSAGE[query.state as MessageState] ?? -1;
      const delivery = DELIVERY[query.state as DeliveryState] ?? -1;
      must(
        "(state = ? OR EXISTS (SELECT 1 FROM delivery WHERE delivery.seq = message.seq AND delivery.state = ?))",
        message,
        delivery,
      );
    }
    const limit = Math.min(query.limit ?? 50, 1000);
    const rows = this.#database.prepare(
      `SELECT * FROM message ${where.length ? `WHERE ${where.join(" AND ")}` : ""} ORDER BY seq DESC LIMIT ?`,
    ).all(...values, limit);
    return rows.map((row) => this.#record(row));
  }

  #show(id: string): MessageContent | undefined {
    const seq = this.#seqOf(id);
    if (seq === undefined) return undefined;
    const row = this.#database.prepare("SELECT * FROM message WHERE seq = ?").get(seq)!;
    const history = this.#database.prepare("SELECT * FROM history WHERE seq = ? ORDER BY id").all(seq);
    const deliveries = this.#database.prepare("SELECT * FROM delivery WHERE seq = ? ORDER BY id").all(seq);
    return {
      ...this.#record(row),
      received: this.#body(Number(row.body)),
      history: this.#history(row, history, deliveries),
      ...stagesIn(row),
      ...this.#handedOnTo(seq),
      payloads: deliveries.map((delivery) => ({
        destination: this.#destination(Number(delivery.destination)),
        bytes: this.#body(Number(delivery.body)),
        contentType: this.#names.textOf(Number(delivery.content_type)),
        ...(delivery.answer === null ? {} : { answer: delivery.answer as Uint8Array }),
      })),
    };
  }

  /** Messages of other channels that were made of this one. */
  #handedOnTo(seq: number): Pick<MessageContent, "handedOnTo"> {
    const rows = this.#database.prepare("SELECT id, channel FROM message WHERE parent = ? ORDER BY seq").all(
      seq,
    );
    if (rows.length === 0) return {};
    return {
      handedOnTo: rows.map(({ id, channel }) => ({
        id: String(id),
        channel: this.#names.textOf(Number(channel)),
      })),
    };
  }

  /** What happened, in order: what the rows themselves say, and what was noted besides. */
  #history(message: Row, noted: readonly Row[], deliveries: readonly Row[]): MessageContent["history"] {
    const delivered = deliveries.filter((row) => Number(row.state) === DELIVERY.delivered);
    return [
      { atMs: Number(message.received_ms), event: "received" },
      ...noted.map((entry) => ({
        atMs: Number(entry.at_ms),
        event: String(entry.event),
        ...(entry.destination === null ? {} : { destination: this.#destination(Number(entry.destination)) }),
        ...(entry.code === null ? {} : { code: String(entry.code) }),
      })),
      ...delivered.map((row) => ({
        atMs: Number(row.settled_ms),
        event: "delivered",
        destination: this.#destination(Number(row.destination)),
      })),
    ].sort((a, b) => a.atMs - b.atMs);
  }

  #idOf(seq: number): string {
    return String(this.#database.prepare("SELECT id FROM message WHERE seq = ?").get(seq)!.id);
  }

  #seqOf(id: string): number | undefined {
    const rows = this.#database.prepare("SELECT seq FROM message WHERE id >= ? AND id < ? LIMIT 2").all(
      id,
      id + "~",
    );
    return rows.length === 1 ? Number(rows[0].seq) : undefined;
  }

  #pending(): PendingTotals {
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
    return { bytes, epoch, inboxes, pieces, outboxes, gathering };
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

  #record(row: Row): MessageRecord {
    const deliveries = this.#database.prepare("SELECT * FROM delivery WHERE seq = ? ORDER BY id").all(
      Number(row.seq),
    );
    return {
      id: String(row.id),
      channel: this.#names.textOf(Number(row.channel)),
      receivedAtMs: Number(row.received_ms),
      origin: this.#origin(row),
      controlId: String(row.control_id),
      type: String(row.type),
      contentType: this.#names.textOf(Number(row.content_type)),
      bytes: Number(row.size),
      state: MESSAGE_STATES[Number(row.state)],
      ...(row.whole ? { whole: this.#idOf(Number(row.whole)) } : {}),
      ...troubleIn(row),
      deliveries: deliveries.map((delivery): DeliveryRecord => ({
        destination: this.#destination(Number(delivery.destination)),
        state: DELIVERY_STATES[Number(delivery.state)],
        attempts: Number(delivery.attempts),
        bytes: Number(delivery.size),
        ...(delivery.settled_ms === null ? {} : { settledAtMs: Number(delivery.settled_ms) }),
        ...troubleIn(delivery),
        ...this.#batchOf(delivery),
      })),
    };
  }

  #batchOf({ id, batch }: Row): Pick<DeliveryRecord, "batch"> {
    if (!batch || batch === id) return {};
    const row = this.#database.prepare(
      "SELECT message.id AS id FROM delivery JOIN message ON message.seq = delivery.seq WHERE delivery.id = ?",
    ).get(batch)!;
    return { batch: String(row.id) };
  }

  #origin(row: Row): MessageRecord["origin"] {
    const partner = row.partner === null ? {} : { partner: String(row.partner) };
    return { adapter: this.#names.textOf(Number(row.adapter)), peer: String(row.peer), ...partner };
  }

  #destination(id: number): string {
    const name = this.#names.textOf(id);
    return name.slice(name.indexOf("/") + 1);
  }

  #body(id: number): Uint8Array {
    const row = this.#database.prepare("SELECT crc32, bytes FROM body WHERE id = ?").get(id)!;
    return intact(row) ?? errors.fail("JOURNAL_BODY_DAMAGED");
  }
}

/** The bytes of a row, if they still match their checksum: SQLite does not notice bit-rot. */
function intact(row: Row): Uint8Array | null {
  const bytes = row.bytes as Uint8Array;
  return crc32(bytes) === Number(row.crc32) ? bytes : null;
}

function troubleIn(row: Row): { trouble?: Trouble } {
  if (row.trouble === null) return {};
  return { trouble: JSON.parse(String(row.trouble)) as Trouble };
}

/** `parse 0.05`, a line each: names of stages have no line ends. */
function stagesIn({ stages }: Row): Pick<MessageContent, "stages"> {
  if (stages === null) return {};
  return {
    stages: String(stages).split("\n").filter((line) => line !== "").map((line) => {
      const at = line.lastIndexOf(" ");
      return { stage: line.slice(0, at), tookMs: Number(line.slice(at + 1)) };
    }),
  };
}
