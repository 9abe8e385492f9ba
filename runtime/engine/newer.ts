import type { Journal } from "../journal/journal.ts";
import { destinationName } from "../journal/names.ts";
import type { KeyDelivery } from "../journal/newer_deliveries.ts";
import type { KnownNewer } from "../journal/replay_operations.ts";
import type { Replayable } from "../journal/replay_reader.ts";

/** So many that wait are looked at again when a delivery of their key is put back. */
const WAITING_MAX = 16;

/**
 * What is newer than deliveries that are to be put back. It is read beside the writer, slice by slice, and once for all of
 * them; the writer then looks at what came since.
 */
export class Newer {
  readonly #journal: Journal;
  /** Those that are put back together are no news to each other; nor are the batches they were sent in. */
  readonly #together = new Set<number>();
  readonly #keys: Readonly<Record<string, readonly string[]>>;
  /** The last that was delivered, by place and key. */
  readonly #delivered = new Map<string, number>();
  /** Those that wait, by place and key. */
  readonly #waiting = new Map<string, number[]>();
  #upTo = Infinity;

  constructor(journal: Journal, chosen: readonly Replayable[]) {
    this.#journal = journal;
    const keys = new Map<string, Set<string>>();
    for (const { channel, deliveries } of chosen) {
      for (const { destination, delivery, batch, keys: has } of deliveries) {
        this.#together.add(delivery).add(batch ?? delivery);
        if (has.length === 0) continue;
        const place = destinationName(channel, destination);
        const known = keys.get(place) ?? new Set();
        keys.set(place, known);
        for (const key of has) known.add(key);
        this.#upTo = Math.min(this.#upTo, delivery);
      }
    }
    this.#keys = Object.fromEntries([...keys].map(([place, has]) => [place, [...has]]));
  }

  /** Reads what came since the last call; at first, since the oldest of them. */
  async advance(): Promise<void> {
    if (this.#upTo === Infinity) return;
    for (;;) {
      const slice = await this.#journal.ask({ ask: "newer", keys: this.#keys, after: this.#upTo });
      this.#upTo = slice.upTo;
      for (const each of slice.delivered) this.#note(each, (name, id) => this.#delivered.set(name, id));
      for (const each of slice.waiting) this.#note(each, (name, id) => this.#addWaiting(name, id));
      if (slice.isEnd) return;
    }
  }

  /** The destination that has had something newer than what would be put back of a message. */
  overtaken({ channel, deliveries }: Replayable): string | undefined {
    return deliveries.find(({ destination, delivery, keys }) =>
      keys.some((key) => (this.#delivered.get(nameOf(channel, destination, key)) ?? 0) > delivery)
    )?.destination;
  }

  /** What the writer need not look for again. */
  known({ channel, deliveries }: Replayable): KnownNewer {
    const waiting = deliveries.flatMap(({ destination, delivery, keys }) =>
      keys.flatMap((key) =>
        (this.#waiting.get(nameOf(channel, destination, key)) ?? []).filter((id) => id > delivery)
      )
    );
    return { upTo: this.#upTo === Infinity ? 0 : this.#upTo, waiting };
  }

  #note([place, key, delivery]: KeyDelivery, add: (name: string, delivery: number) => void): void {
    if (!this.#together.has(delivery)) add(`${place}\0${key}`, delivery);
  }

  #addWaiting(name: string, delivery: number): void {
    const known = this.#waiting.get(name);
    if (!known) this.#waiting.set(name, [delivery]);
    else if (known.length < WAITING_MAX) known.push(delivery);
  }
}

function nameOf(channel: string, destination: string, key: string): string {
  return `${destinationName(channel, destination)}\0${key}`;
}
