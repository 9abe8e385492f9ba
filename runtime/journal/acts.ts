import type { Database, Row, SqlValue, Statement } from "./database.ts";
import type { DisclosureWriter } from "./disclosures/disclosure_writer.ts";
import type { NoteAsked } from "./disclosures/operations.ts";
import type { Patient } from "../contract/patient.ts";
import type { Story } from "./ledger/story.ts";
import { destinationName, type Names } from "./names.ts";
import type { ReaderParts } from "./reader.ts";
import { dayOf, SEALED, type Sealing } from "./sealing.ts";

/** Who does something to messages or queues, and why. */
export interface By {
  /** As the operating system names the person; `program` for a program around the gateway. */
  readonly person: string;
  /** In the person's words: it may name a patient, and is sealed as a message is. */
  readonly reason?: string;
}

/** Who acts where nobody is named: the program that the gateway is part of. */
export const PROGRAM: By = { person: "program" };

/** What a person has done. */
export interface Act {
  readonly atMs: number;
  readonly by: By;
  /** In the past: `replayed`, `paused`, `diverted to registry`. */
  readonly act: string;
  /** Left out where it was done to the gateway. */
  readonly channel?: string;
  readonly destination?: string;
  /** Number of the message it was done to. */
  readonly seq?: number;
}

/** Acts that change nothing: somebody has seen what messages say. */
export interface Note {
  readonly op: "note";
  /** Of messages; what the journal no longer has is left out. */
  readonly ids: readonly string[];
  readonly act: string;
  /** Whom each of them is about, in the same order; left out, or nobody: it is not known. */
  readonly patients?: readonly (readonly Patient[])[];
  readonly by: By;
  readonly atMs: number;
}

/** An act as the archive tells it. */
export interface ActRecord extends By {
  /** Grows with time. */
  readonly id: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** What was done, in the past: `replayed`, `paused`, `diverted to registry`. */
  readonly act: string;
  /** Left out where it was done to the gateway. */
  readonly channel?: string;
  /** Left out where it was done to a channel, or to a message as a whole. */
  readonly destination?: string;
  /** Id of the message it was done to, as long as the journal has that. */
  readonly message?: string;
}

/** Which acts to list: all that match every word given, newest first. */
export interface ActQuery {
  /** Name of the channel. */
  readonly channel?: string;
  /** Name of a destination of that channel. */
  readonly destination?: string;
  /** Exactly. */
  readonly person?: string;
  /** At this time or later, in milliseconds since 1970-01-01T00:00Z. */
  readonly sinceMs?: number;
  /** Before this time, in milliseconds since 1970-01-01T00:00Z. */
  readonly untilMs?: number;
  /** At most 1,000; 50 where left out. */
  readonly limit?: number;
  /** Only older than this act's id, for the next page. */
  readonly before?: number;
}

/** Acts in the order they were done, without their reasons: a slice. */
export interface AskActSlice {
  readonly ask: "actSlice";
  /** Behind the act of this id. */
  readonly after: number;
  readonly limit: number;
}

/** A slice of acts. */
export interface ActSlice {
  readonly acts: readonly (Pick<ActRecord, "id" | "atMs" | "person" | "act" | "channel">)[];
}

/** Reasons are sealed under the key of their day, and so go when the messages of that day do. */
export const ACT_TABLE = `
CREATE TABLE act (
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, person TEXT NOT NULL, act TEXT NOT NULL, channel INTEGER,
  destination INTEGER, seq INTEGER, reason BLOB
);
CREATE INDEX act_message ON act (seq) WHERE seq IS NOT NULL;
`;

/** Writes down what people do, in the commit that does it. */
export class Acts {
  readonly #names: Names;
  readonly #sealing: Sealing;
  readonly #story: Story;
  readonly #insert: Statement;
  readonly #explain: Statement;
  readonly #find: Statement;

  constructor(database: Database, names: Names, sealing: Sealing, story: Story) {
    this.#names = names;
    this.#sealing = sealing;
    this.#story = story;
    this.#insert = database.prepare(
      "INSERT INTO act (at_ms, person, act, channel, destination, seq) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#find = database.prepare("SELECT seq, channel FROM message WHERE id = ?");
    this.#explain = database.prepare("UPDATE act SET reason = ? WHERE id = ?");
  }

  /** The same done to messages; it is kept with the patients for as long as what was disclosed is. */
  noteAll({ ids, act, patients, by, atMs }: Note, disclosures: DisclosureWriter): null {
    ids.forEach((id, at) => {
      const row = this.#find.get(id);
      if (!row) return;
      const channel = this.#names.textOf(Number(row.channel));
      this.note({ atMs, by, act, channel, seq: Number(row.seq) });
      disclosures.seen({ atMs, by, act, message: id, channel }, patients?.[at] ?? []);
    });
    return null;
  }

  /** Somebody has asked what is recorded, or has settled an alarm. */
  noteAsked({ patient, act, by, atMs }: NoteAsked, disclosures: DisclosureWriter): null {
    this.note({ atMs, by, act });
    if (patient) disclosures.seen({ atMs, by, act }, [[patient]]);
    return null;
  }

  note(done: Act): void {
    const { atMs, by: { person, reason }, act, channel, destination, seq } = done;
    this.#story.acted(done);
    const place = channel === undefined ? null : this.#names.idOf(channel);
    const line = destination === undefined ? null : this.#names.idOf(destinationName(channel!, destination));
    const { lastId: id } = this.#insert.run(atMs, person, act, place, line, seq ?? null);
    if (reason === undefined) return;
    const owner = { channel: place ?? 0, day: dayOf(atMs) };
    this.#explain.run(this.#sealing.seal(SEALED.reason, id, owner, utf8.encode(reason)), id);
  }
}

/** Search over what people did. */
export class ActReader {
  readonly #database: Database;
  readonly #names: Names;
  readonly #sealing: Sealing;

  constructor({ database, names, sealing }: Pick<ReaderParts, "database" | "names" | "sealing">) {
    this.#database = database;
    this.#names = names;
    this.#sealing = sealing;
  }

  list(query: ActQuery): ActRecord[] {
    const { channel, destination, person, sinceMs, untilMs, before, limit = 50 } = query;
    const where: string[] = [];
    const values: SqlValue[] = [];
    const must = (sql: string, value: SqlValue | undefined) => {
      if (value === undefined) return;
      where.push(sql);
      values.push(value);
    };
    const idOf = (name: string) => this.#names.find(name) ?? -1;
    must("act.channel = ?", channel === undefined ? undefined : idOf(channel));
    must(
      "act.destination = ?",
      destination === undefined ? undefined : idOf(destinationName(channel ?? "", destination)),
    );
    must("person = ?", person);
    must("at_ms >= ?", sinceMs);
    must("at_ms < ?", untilMs);
    must("act.id < ?", before);
    return this.#read(where.join(" AND ") || "TRUE", values, "DESC", Math.min(limit, 1000));
  }

  slice({ after, limit }: AskActSlice): ActSlice {
    const rows = this.#database.prepare(
      "SELECT id, at_ms, person, act, channel FROM act WHERE id > ? ORDER BY id LIMIT ?",
    ).all(after, limit);
    return {
      acts: rows.map(({ id, at_ms, person, act, channel }) => ({
        id: Number(id),
        atMs: Number(at_ms),
        person: String(person),
        act: String(act),
        ...(channel === null ? {} : { channel: this.#names.textOf(Number(channel)) }),
      })),
    };
  }

  /** What was done to a message, oldest first. */
  ofMessage(seq: number): ActRecord[] {
    return this.#read("act.seq = ?", [seq], "ASC", -1);
  }

  #read(where: string, values: readonly SqlValue[], order: "ASC" | "DESC", limit: number): ActRecord[] {
    const rows = this.#database.prepare(
      `SELECT act.*, message.id AS message FROM act LEFT JOIN message ON message.seq = act.seq
       WHERE ${where} ORDER BY act.id ${order} LIMIT ?`,
    ).all(...values, limit);
    return rows.map((row) => this.#record(row));
  }

  #record({ id, at_ms, person, act, channel, destination, message, reason }: Row): ActRecord {
    const said = reason && this.#sealing.open(SEALED.reason, Number(id), reason as Uint8Array);
    return {
      id: Number(id),
      atMs: Number(at_ms),
      person: String(person),
      act: String(act),
      ...(channel === null ? {} : { channel: this.#names.textOf(Number(channel)) }),
      ...(destination === null ? {} : { destination: this.#names.destinationOf(Number(destination)) }),
      ...(message === null ? {} : { message: String(message) }),
      ...(said ? { reason: text.decode(said) } : {}),
    };
  }
}

const utf8 = new TextEncoder();
const text = new TextDecoder();
