import type { Acts, By } from "./acts.ts";
import type { Database, Row, Statement } from "./database.ts";
import { destinationName, type Names } from "./names.ts";
import type { WriterParts } from "./writer_parts.ts";

/** How a person left a destination: it stays so until a person changes it, whatever else starts anew. */
export interface Standing {
  /** It sends nothing. */
  readonly paused: boolean;
  /** Name of the destination by whose sender its deliveries go out; left out: its own. */
  readonly divertTo?: string;
}

/** A person changes how a destination stands. */
export interface Stand {
  readonly op: "stand";
  readonly channel: string;
  readonly destination: string;
  /** `divertTo`, `null`: by its own sender again. */
  readonly change: { readonly paused: boolean } | { readonly divertTo: string | null };
  readonly by: By;
  readonly atMs: number;
}

/** Every destination sends, or none does: so a journal that was restored from a backup begins. */
export interface HoldSenders {
  readonly op: "holdSenders";
  readonly held: boolean;
  readonly by: By;
  readonly atMs: number;
}

/** How destinations stand. */
export interface Standings {
  /** By `channel/destination`; left out where nothing is set. */
  readonly standings: Readonly<Record<string, Standing>>;
  /** No destination sends. */
  readonly sendersHeld: boolean;
}

export const STANDING_TABLE = `
CREATE TABLE standing (destination INTEGER PRIMARY KEY, paused INTEGER NOT NULL, divert_to TEXT);
`;

/** Name of the setting that holds every sender. A restore writes 1. */
export const SENDERS_HELD = "senders_held";

/** Writes down how destinations stand. */
export class StandingWriter {
  readonly #names: Names;
  readonly #acts: Acts;
  readonly #find: Statement;
  readonly #set: Statement;
  readonly #hold: Statement;

  constructor(database: Database, { names, acts }: Pick<WriterParts, "names" | "acts">) {
    this.#names = names;
    this.#acts = acts;
    this.#find = database.prepare("SELECT paused, divert_to FROM standing WHERE destination = ?");
    this.#set = database.prepare(
      "INSERT OR REPLACE INTO standing (destination, paused, divert_to) VALUES (?, ?, ?)",
    );
    this.#hold = database.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)");
  }

  stand({ channel, destination, change, by, atMs }: Stand): null {
    const id = this.#names.idOf(destinationName(channel, destination));
    const row = this.#find.get(id);
    const before = row ? standingOf(row) : undefined;
    const { paused, divertTo = null } = { ...before ?? { paused: false }, ...change };
    this.#set.run(id, paused ? 1 : 0, divertTo);
    this.#acts.note({ atMs, by, act: wordsFor(change), channel, destination });
    return null;
  }

  holdSenders({ held, by, atMs }: HoldSenders): null {
    this.#hold.run(SENDERS_HELD, held ? 1 : 0);
    this.#acts.note({ atMs, by, act: held ? "held all senders" : "released all senders" });
    return null;
  }
}

/** How destinations stand now. */
export function readStandings(database: Database, names: Names): Standings {
  const rows = database.prepare("SELECT * FROM standing WHERE paused = 1 OR divert_to IS NOT NULL").all();
  const held = database.prepare("SELECT value FROM setting WHERE name = ?").get(SENDERS_HELD);
  return {
    standings: Object.fromEntries(
      rows.map((row) => [names.textOf(Number(row.destination)), standingOf(row)]),
    ),
    sendersHeld: Number(held?.value ?? 0) === 1,
  };
}

function standingOf({ paused, divert_to }: Row): Standing {
  return { paused: Number(paused) === 1, ...(divert_to === null ? {} : { divertTo: String(divert_to) }) };
}

function wordsFor(change: Stand["change"]): string {
  if ("paused" in change) return change.paused ? "paused" : "resumed";
  return change.divertTo === null ? "diverted no more" : `diverted to ${change.divertTo}`;
}
