import type { Database, Statement } from "./database.ts";
import type { Names } from "./names.ts";

/** Asks which deliveries of some keys came after one. A slice: the reader has others to serve. */
export interface AskNewer {
  readonly ask: "newer";
  /** By `channel/destination`: the keys, blind. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly after: number;
}

/** A delivery of a key. */
export type KeyDelivery = readonly [place: string, key: string, delivery: number];

/** What a slice has of the keys. */
export interface NewerSlice {
  /** The last delivery that was looked at. */
  readonly upTo: number;
  /** It was the last there is. */
  readonly isEnd: boolean;
  readonly delivered: readonly KeyDelivery[];
  /** Those that will be sent, or may be at this moment. */
  readonly waiting: readonly KeyDelivery[];
}

/** Deliveries that are looked at for one answer: some milliseconds. */
const SLICE = 5_000;

/** Looks for deliveries that came after others. */
export class NewerDeliveries {
  readonly #names: Names;
  readonly #last: Statement;
  readonly #next: Statement;
  readonly #slice: Statement;

  constructor({ database, names }: { readonly database: Database; readonly names: Names }) {
    this.#names = names;
    this.#last = database.prepare("SELECT ifnull(max(id), 0) AS id FROM delivery");
    this.#next = database.prepare("SELECT min(id) AS id FROM delivery WHERE id > ?");
    this.#slice = database.prepare(
      "SELECT id, destination, state, keys FROM delivery WHERE id BETWEEN ? AND ? AND state IN (0, 1, 3)",
    );
  }

  slice({ keys, after }: AskNewer): NewerSlice {
    const last = Number(this.#last.get()!.id);
    // What was pruned leaves wide gaps.
    const from = Number(this.#next.get(after)?.id ?? after + 1);
    const upTo = Math.min(from + SLICE - 1, last);
    const places = new Map(
      Object.entries(keys).map(([place, wanted]) =>
        [this.#names.find(place) ?? -1, { place, wanted: new Set(wanted) }] as const
      ),
    );
    const delivered: KeyDelivery[] = [], waiting: KeyDelivery[] = [];
    for (const { id, destination, state, keys: has } of this.#slice.all(from, upTo)) {
      const asked = places.get(Number(destination));
      if (!asked) continue;
      for (const key of JSON.parse(String(has)) as string[]) {
        if (!asked.wanted.has(key)) continue;
        (Number(state) === 1 ? delivered : waiting).push([asked.place, key, Number(id)]);
      }
    }
    return { upTo: Math.max(upTo, after), isEnd: upTo >= last, delivered, waiting };
  }
}
