import type { Database, Row } from "./database.ts";
import { MessageSearch } from "./message_search.ts";
import { destinationName, type Names } from "./names.ts";
import type { OpenedBodies } from "./opened_bodies.ts";
import type { ReaderParts } from "./reader.ts";
import type { MessageQuery } from "./records.ts";
import { toReplay } from "./replays.ts";
import { MESSAGE } from "./schema.ts";

/** Asks what of messages a replay would put back. */
export interface AskReplayable {
  readonly ask: "replayable";
  /** A page of those that match, or one by its id, which may be shortened as long as it is unique. */
  readonly of: MessageQuery | { readonly id: string };
  readonly destination?: string;
  readonly everywhere?: boolean;
}

/** What of some messages a replay would put back. */
export interface ReplayablePage {
  /** Id of the last message that was looked at; left out where there was none. */
  readonly last?: string;
  /** Only those of which there is something. */
  readonly messages: readonly Replayable[];
}

/** What of a message a replay would put back. */
export interface Replayable {
  readonly seq: number;
  readonly id: string;
  readonly channel: string;
  /** Of what was received, where it was asked for by its id. */
  readonly contentType?: string;
  /** None: the message itself is in quarantine. */
  readonly deliveries: readonly {
    readonly destination: string;
    readonly delivery: number;
    readonly keys: readonly string[];
    /** The delivery of the batch it was sent in. */
    readonly batch?: number;
    /** Of the payload, where it was asked for by its id. */
    readonly contentType?: string;
  }[];
}

/** Looks for what can be sent again. */
export class ReplayReader {
  readonly #database: Database;
  readonly #names: Names;
  readonly #bodies: OpenedBodies;
  readonly #search: MessageSearch;

  constructor({ database, names, blinds, bodies }: ReaderParts) {
    this.#database = database;
    this.#names = names;
    this.#bodies = bodies;
    this.#search = new MessageSearch(database, names, blinds);
  }

  page({ of, destination, everywhere = false }: AskReplayable): ReplayablePage {
    const rows = "id" in of ? this.#byId(of.id) : this.#search.rows(of);
    return {
      ...(rows.length > 0 ? { last: String(rows[rows.length - 1].id) } : {}),
      messages: rows.flatMap((row) => this.#replayable(row, destination, everywhere, "id" in of) ?? []),
    };
  }

  #byId(id: string): Row[] {
    const rows = this.#database.prepare(
      "SELECT seq, id, channel, state, body FROM message WHERE id >= ? AND id < ? LIMIT 2",
    ).all(id, id + "~");
    return rows.length === 1 ? rows : [];
  }

  #replayable(
    message: Row,
    to: string | undefined,
    everywhere: boolean,
    isTyped: boolean,
  ): Replayable | undefined {
    const seq = Number(message.seq), channel = this.#names.textOf(Number(message.channel));
    const typeOf = (body: Row[string]) =>
      isTyped ? { contentType: this.#bodies.headOf(Number(body)).contentType } : {};
    const found = { seq, id: String(message.id), channel, ...typeOf(message.body) };
    if (Number(message.state) === MESSAGE.quarantined) {
      return to === undefined ? { ...found, deliveries: [] } : undefined;
    }
    const all = this.#database.prepare("SELECT * FROM delivery WHERE seq = ? ORDER BY id").all(seq);
    const wanted = to === undefined ? undefined : this.#names.find(destinationName(channel, to)) ?? -1;
    const deliveries = toReplay(all, wanted, everywhere).map(({ id, destination, keys, batch, body }) => ({
      destination: this.#names.destinationOf(Number(destination)),
      delivery: Number(id),
      keys: JSON.parse(String(keys)) as string[],
      ...(batch ? { batch: Number(batch) } : {}),
      ...typeOf(body),
    }));
    return deliveries.length > 0 ? { ...found, deliveries } : undefined;
  }
}
