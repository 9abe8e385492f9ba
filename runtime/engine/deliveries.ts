import type { MitralError } from "../contract/error.ts";
import type { OutboxRow } from "../journal/rows.ts";
import { DeliveryLine, type DeliveryParts } from "./delivery_line.ts";
import type { Route } from "./delivery_stages.ts";
import type { LineState } from "./events.ts";
import type { ChannelPlan, DestinationPlan } from "./plan.ts";

/** What the delivery lines of a channel are made of. */
export interface DeliveriesParts extends Omit<DeliveryParts, keyof OfDestination> {
  readonly channel: ChannelPlan;
  /** What is of one destination alone, where it has a sender of its own: not where it is another channel. */
  of(destination: DestinationPlan, send: Route["send"]): OfDestination;
}

/** What a delivery line has of its destination. */
type OfDestination = Pick<DeliveryParts, "destination" | "route" | "contentTypes" | "found" | "respond">;

/** The delivery lines of a channel, by destination; none for another channel, whose inbox its messages are put in. */
export class Deliveries {
  readonly #lines: ReadonlyMap<string, DeliveryLine>;

  constructor({ of, ...parts }: DeliveriesParts) {
    this.#lines = new Map(parts.channel.destinations.flatMap((destination) => {
      const { name, send } = destination;
      return "channel" in send ? [] : [[name, new DeliveryLine({ ...parts, ...of(destination, send) })]];
    }));
  }

  start(): void {
    for (const { line } of this.#lines.values()) line.start();
  }

  /** Attempts under way get their answers; on `deadline` they are dropped. */
  async stop(deadline: AbortSignal): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line.stop(deadline)));
  }

  halt(error: MitralError): void {
    for (const { line } of this.#lines.values()) line.halt(error);
  }

  /** A delivery has become durable. */
  offer(destination: string, row: OutboxRow): void {
    this.#lines.get(destination)!.offer(row);
  }

  /** A delivery is to be made again. */
  putBack(destination: string, delivery: number): void {
    this.#lines.get(destination)?.putBack(delivery);
  }

  /** A quarantined delivery holds its keys no longer. */
  release(destination: string, delivery: number): void {
    this.#lines.get(destination)?.release(delivery);
  }

  /** A line as it is now. */
  state(destination: string): LineState | undefined {
    return this.#lines.get(destination)?.state();
  }
}
