import type { Journal } from "../journal/journal.ts";
import type { OutboxRow } from "../journal/rows.ts";
import type { OutboxEntry } from "./delivery_stages.ts";
import { limits } from "./limits.ts";
import type { ChannelPlan, DestinationPlan } from "./plan.ts";
import { Queue } from "./queue.ts";

/** What an outbox is read with. */
export interface OutboxParts {
  readonly channel: ChannelPlan;
  readonly destination: DestinationPlan;
  readonly journal: Journal;
}

/** The durable queue of a destination. */
export class Outbox extends Queue<OutboxEntry> {
  readonly #read: (after: number, limit: number) => Promise<OutboxEntry[]>;

  constructor({ channel, destination, journal }: OutboxParts) {
    const { order } = destination;
    const place = { channel: channel.name, destination: destination.name };
    const read = async (after: number, limit: number) => {
      const rows = await journal.ask({ ask: "outbox", ...place, after, limit });
      return rows.map((row) => entryOf(row, destination));
    };
    const held = async () => {
      const rows = await journal.ask({ ask: "held", ...place });
      return rows.map(({ delivery, keys }) => ({ position: delivery, keys }));
    };
    super({ read, held }, order.by === "channel" ? 1 : limits.deliveryOpenMax);
    this.#read = read;
  }

  /** The oldest, wherever it is. */
  async oldest(): Promise<OutboxEntry | undefined> {
    const entries = await this.#read(0, limits.pageMax);
    return entries.find(({ position }) => !this.isLeaving(position));
  }

  /** A delivery that is in it, in memory or on disk. */
  async seek(delivery: number): Promise<OutboxEntry | undefined> {
    const known = this.find(delivery);
    if (known) return known;
    const [read] = await this.#read(delivery - 1, 1);
    // Meanwhile it may have been taken, and sent.
    const taken = this.find(delivery);
    return taken ?? (read?.position === delivery && !this.isLeaving(delivery) ? read : undefined);
  }
}

/** A row as an entry: its keys are of no matter where everything runs at once. */
export function entryOf(row: OutboxRow, { order: { by } }: DestinationPlan): OutboxEntry {
  const { delivery: position, keys, size, attempts } = row;
  return { position, keys: by === "none" ? null : keys, size, row, attempts };
}
