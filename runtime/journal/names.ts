import type { Database } from "./database.ts";

/** Names that stand in many rows (channels, destinations, media types), kept once and known by number. */
export class Names {
  readonly #database: Database;
  readonly #ids = new Map<string, number>();
  readonly #texts = new Map<number, string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of a name; a new name gets one. */
  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.find(text) ??
      this.#database.prepare("INSERT INTO name (text) VALUES (?)").run(text).lastId;
    this.#ids.set(text, id);
    return id;
  }

  /** The number of a name that is there already. */
  find(text: string): number | undefined {
    const row = this.#database.prepare("SELECT id FROM name WHERE text = ?").get(text);
    return row && Number(row.id);
  }

  /** The name behind a number. */
  textOf(id: number): string {
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = String(this.#database.prepare("SELECT text FROM name WHERE id = ?").get(id)?.text ?? "");
      this.#texts.set(id, text);
    }
    return text;
  }

  /** The name behind the number of a destination, within its channel. */
  destinationOf(id: number): string {
    const name = this.textOf(id);
    return name.slice(name.indexOf("/") + 1);
  }

  /** Forgets what a rolled-back transaction may have made. */
  forget(): void {
    this.#ids.clear();
    this.#texts.clear();
  }
}

/** A destination's name in the journal: it belongs to its channel. */
export function destinationName(channel: string, destination: string): string {
  return `${channel}/${destination}`;
}

/** The name of a field that messages are found by: never one of a channel. */
export function fieldName(field: string): string {
  return `#${field}`;
}

/** Fields that messages are found by beside what their formats name: spaces keep them apart from those. */
export const FIELD = {
  controlId: "control id",
  type: "type",
  sealedId: "sealed id",
  deliveryKey: "delivery key",
  copy: "document copy",
} as const;
