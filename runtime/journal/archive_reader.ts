import type { ActReader } from "./acts.ts";
import type { BodyHead } from "./bodies.ts";
import type { Database, Row, SqlValue } from "./database.ts";
import { MessageSearch } from "./message_search.ts";
import type { Names } from "./names.ts";
import type { OpenedBodies } from "./opened_bodies.ts";
import type { ReaderParts } from "./reader.ts";
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
import { openAnswer } from "./sealed_answers.ts";
import { SEALED, type Sealing } from "./sealing.ts";

const MESSAGE_STATES = Object.keys(MESSAGE) as readonly MessageState[];
const DELIVERY_STATES = Object.keys(DELIVERY) as readonly DeliveryState[];

/** Search over the messages. */
export class ArchiveReader {
  readonly #database: Database;
  readonly #names: Names;
  readonly #sealing: Sealing;
  readonly #bodies: OpenedBodies;
  readonly #acts: ActReader;
  readonly #search: MessageSearch;

  constructor({ database, names, sealing, blinds, bodies }: ReaderParts, acts: ActReader) {
    this.#acts = acts;
    this.#database = database;
    this.#names = names;
    this.#sealing = sealing;
    this.#bodies = bodies;
    this.#search = new MessageSearch(database, names, blinds);
  }

  list(query: MessageQuery): MessageRecord[] {
    return this.#search.rows(query).map((row) => this.#record(row))
      // Two values may share a blind number.
      .filter(({ controlId, type }) =>
        (query.controlId ?? controlId) === controlId && (query.type ?? type) === type
      );
  }

  show(id: string): MessageContent | undefined {
    const seq = this.seqOf(id);
    if (seq === undefined) return undefined;
    const row = this.#database.prepare("SELECT * FROM message WHERE seq = ?").get(seq)!;
    const history = this.#database.prepare("SELECT * FROM history WHERE seq = ? ORDER BY id").all(seq);
    const deliveries = this.#database.prepare("SELECT * FROM delivery WHERE seq = ? ORDER BY id").all(seq);
    return {
      ...this.#record(row),
      ...this.#received(row),
      ...this.#evidence(row),
      ...this.#answer(row),
      history: this.#history(row, history, deliveries),
      ...stagesIn(row),
      ...this.#handedOnTo(seq),
      payloads: deliveries.map((delivery) => this.#payload(delivery)),
    };
  }

  #received({ body }: Row): Pick<MessageContent, "received" | "salt"> {
    const { head: { salt }, bytes } = this.#bodies.byId(Number(body));
    const received = bytes ?? errors.fail("JOURNAL_BODY_DAMAGED");
    return { received, ...(salt === undefined ? {} : { salt }) };
  }

  #evidence({ body, evidence }: Row): Pick<MessageContent, "evidence"> {
    return evidence === null ? {} : { evidence: this.#opened(SEALED.evidence, Number(body), evidence) };
  }

  #answer({ seq, answer }: Row): Pick<MessageContent, "answer"> {
    if (answer === null) return {};
    const kept = openAnswer(this.#sealing, Number(seq), answer as Uint8Array);
    return kept ? { answer: kept.bytes } : errors.fail("JOURNAL_BODY_DAMAGED");
  }

  #opened(kind: number, subject: number, sealed: SqlValue): Uint8Array {
    const plain = this.#sealing.open(kind, subject, sealed as Uint8Array);
    return plain ? new Uint8Array(plain) : errors.fail("JOURNAL_BODY_DAMAGED");
  }

  #payload(
    { id, destination, body, first_body, answer, statement }: Row,
  ): MessageContent["payloads"][number] {
    const { head: { contentType }, bytes } = this.#bodies.byId(Number(body));
    const before = first_body === null ? undefined : this.#bodies.byId(Number(first_body)).bytes;
    return {
      destination: this.#names.destinationOf(Number(destination)),
      bytes: bytes ?? errors.fail("JOURNAL_BODY_DAMAGED"),
      contentType,
      ...(answer === null ? {} : { answer: this.#opened(SEALED.deliveryAnswer, Number(id), answer) }),
      ...(statement === null ? {} : { statement: this.#opened(SEALED.statement, Number(id), statement) }),
      ...(before === undefined ? {} : { before: before ?? errors.fail("JOURNAL_BODY_DAMAGED") }),
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
        ...(entry.destination === null
          ? {}
          : { destination: this.#names.destinationOf(Number(entry.destination)) }),
        ...(entry.code === null ? {} : { code: String(entry.code) }),
      })),
      ...delivered.map((row) => ({
        atMs: Number(row.settled_ms),
        event: "delivered",
        destination: this.#names.destinationOf(Number(row.destination)),
      })),
      ...this.#acts.ofMessage(Number(message.seq)).map(({ atMs, act, destination, person, reason }) => ({
        atMs,
        event: act,
        ...(destination === undefined ? {} : { destination }),
        person,
        ...(reason === undefined ? {} : { reason }),
      })),
    ].sort((a, b) => a.atMs - b.atMs);
  }

  seqOf(id: string): number | undefined {
    const rows = this.#database.prepare("SELECT seq FROM message WHERE id >= ? AND id < ? LIMIT 2").all(
      id,
      id + "~",
    );
    return rows.length === 1 ? Number(rows[0].seq) : undefined;
  }

  #idOf(seq: number): string {
    return String(this.#database.prepare("SELECT id FROM message WHERE seq = ?").get(seq)!.id);
  }

  #record(row: Row): MessageRecord {
    const deliveries = this.#database.prepare("SELECT * FROM delivery WHERE seq = ? ORDER BY id").all(
      Number(row.seq),
    );
    const head = this.#bodies.headOf(Number(row.body));
    return {
      id: String(row.id),
      channel: this.#names.textOf(Number(row.channel)),
      receivedAtMs: Number(row.received_ms),
      origin: this.#origin(row, head),
      controlId: head.controlId,
      type: head.type ?? "",
      contentType: head.contentType,
      bytes: Number(row.size),
      state: MESSAGE_STATES[Number(row.state)],
      ...(row.whole ? { whole: this.#idOf(Number(row.whole)) } : {}),
      ...troubleIn(row),
      deliveries: deliveries.map((delivery): DeliveryRecord => ({
        destination: this.#names.destinationOf(Number(delivery.destination)),
        state: DELIVERY_STATES[Number(delivery.state)],
        attempts: Number(delivery.attempts),
        ...(Number(delivery.replays) > 0 ? { replays: Number(delivery.replays) } : {}),
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

  #origin(row: Row, { peer = "", partner }: BodyHead): MessageRecord["origin"] {
    return { adapter: this.#names.textOf(Number(row.adapter)), peer, ...(partner ? { partner } : {}) };
  }
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
