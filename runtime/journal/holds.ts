import type { Acts, By } from "./acts.ts";
import type { Database, Statement } from "./database.ts";
import { fieldName } from "./names.ts";
import type { ReaderParts } from "./reader.ts";
import { SEALED, type Sealing } from "./sealing.ts";
import type { WriterParts } from "./writer_parts.ts";

/** Which messages a legal hold is about: those that match all that is said here; nothing is said: all. */
export interface HeldMessages {
  /** Name of the channel they came to. */
  readonly channel?: string;
  /** Received at this time or later, in milliseconds since 1970-01-01T00:00Z. */
  readonly sinceMs?: number;
  /** Received before this time. */
  readonly untilMs?: number;
  /** A field they are found by, and its value, exactly: `["patient", "100417"]`. */
  readonly field?: readonly [name: string, value: string];
}

/** A legal hold: what it is about outlives its time, until the hold is lifted. */
export interface HoldRecord extends HeldMessages, By {
  /** No other hold has it. */
  readonly name: string;
  /** When it was placed. */
  readonly atMs: number;
}

/** A person places a hold. */
export interface AddHold extends HeldMessages {
  readonly op: "addHold";
  readonly name: string;
  readonly by: By;
  readonly atMs: number;
}

/** A person lifts one. */
export interface LiftHold {
  readonly op: "liftHold";
  readonly name: string;
  readonly by: By;
  readonly atMs: number;
}

/** False: there is one of that name, or none that could be lifted. */
export interface HoldChanged {
  readonly changed: boolean;
}

/** `sealed`: reason and value. They may name a patient, and stay as long as the hold. */
export const HOLD_TABLE = `
CREATE TABLE hold (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, channel INTEGER, since_ms INTEGER, until_ms INTEGER, field INTEGER,
  blind INTEGER, at_ms INTEGER NOT NULL DEFAULT 0, person TEXT NOT NULL DEFAULT '', sealed BLOB
);
`;

interface Sealed {
  readonly reason?: string;
  readonly value?: string;
}

/** Writes down what must be kept. */
export class HoldWriter {
  readonly #parts: Pick<WriterParts, "names" | "sealing" | "blinds" | "found">;
  readonly #acts: Acts;
  readonly #find: Statement;
  readonly #insert: Statement;
  readonly #seal: Statement;
  readonly #remove: Statement;

  constructor(database: Database, parts: WriterParts) {
    this.#parts = parts;
    this.#acts = parts.acts;
    this.#find = database.prepare("SELECT 1 FROM hold WHERE name = ?");
    this.#insert = database.prepare(
      `INSERT INTO hold (name, channel, since_ms, until_ms, field, blind, at_ms, person) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#seal = database.prepare("UPDATE hold SET sealed = ? WHERE id = ?");
    this.#remove = database.prepare("DELETE FROM hold WHERE name = ?");
  }

  add({ name, channel, sinceMs, untilMs, field, by, atMs }: AddHold): HoldChanged {
    if (this.#find.get(name)) return { changed: false };
    const { names, sealing, blinds, found } = this.#parts;
    const { lastId: id } = this.#insert.run(
      name,
      channel === undefined ? null : names.idOf(channel),
      sinceMs ?? null,
      untilMs ?? null,
      field ? found.numberOf(field[0]) : null,
      field ? blinds.number(...field) : null,
      atMs,
      by.person,
    );
    const sealed: Sealed = {
      ...(by.reason === undefined ? {} : { reason: by.reason }),
      ...(field ? { value: field[1] } : {}),
    };
    this.#seal.run(sealing.seal(SEALED.hold, id, FOR_GOOD, utf8.encode(JSON.stringify(sealed))), id);
    this.#acts.note({ atMs, by, act: `placed hold ${name}`, ...(channel === undefined ? {} : { channel }) });
    return { changed: true };
  }

  lift({ name, by, atMs }: LiftHold): HoldChanged {
    const { changes } = this.#remove.run(name);
    if (changes > 0) this.#acts.note({ atMs, by, act: `lifted hold ${name}` });
    return { changed: changes > 0 };
  }
}

/** Every hold, by name. */
export function readHolds({ database, names, sealing }: Pick<ReaderParts, "database" | "names" | "sealing">) {
  return database.prepare("SELECT * FROM hold ORDER BY name").all().map((row): HoldRecord => {
    const { reason, value = "" } = opened(sealing, Number(row.id), row.sealed);
    return {
      name: String(row.name),
      atMs: Number(row.at_ms),
      person: String(row.person),
      ...(reason === undefined ? {} : { reason }),
      ...(row.channel === null ? {} : { channel: names.textOf(Number(row.channel)) }),
      ...(row.since_ms === null ? {} : { sinceMs: Number(row.since_ms) }),
      ...(row.until_ms === null ? {} : { untilMs: Number(row.until_ms) }),
      ...(row.field === null
        ? {}
        : { field: [names.textOf(Number(row.field)).slice(fieldName("").length), value] as const }),
    };
  });
}

function opened(sealing: Sealing, id: number, sealed: unknown): Sealed {
  const plain = sealed instanceof Uint8Array && sealing.open(SEALED.hold, id, sealed);
  return plain ? JSON.parse(text.decode(plain)) : {};
}

/** No day's end is theirs. */
const FOR_GOOD = { channel: 0, day: 0 };
const utf8 = new TextEncoder();
const text = new TextDecoder();
