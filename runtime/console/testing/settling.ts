import { destinationName } from "../../config/test_file.ts";
import type { GatewayEvent, GatewaySnapshot, LineState } from "../../engine/events.ts";

/**
 * Knows when a gateway under test has done all it will do: everything is settled, or stands still until a time that no
 * test waits for.
 */
export class Settling {
  /** Messages whose step is to be tried again later, by channel. */
  readonly #postponed = new Set<string>();
  /** Deliveries that are to be tried again later, by destination. */
  readonly #failing = new Map<string, number>();
  /** Parcels that were sent and of which no end is known, by destination. */
  readonly #underWay = new Map<string, number>();

  /** A parcel has been handed to a peer. */
  sent(destination: string): void {
    add(this.#underWay, destination, 1);
  }

  note(event: GatewayEvent): void {
    if (event.name === "messagePostponed") this.#postponed.add(event.channel);
    if (!("destination" in event) || event.destination === undefined) return;
    const destination = destinationName(event.channel, event.destination);
    if (event.name === "deliveryFailed") add(this.#failing, destination, 1);
    const ended = ["messageDelivered", "messageQuarantined", "deliveryFailed"].includes(event.name);
    if (ended) add(this.#underWay, destination, -1);
  }

  /** True where nothing moves any more. */
  isDone({ channels }: GatewaySnapshot): boolean {
    return channels.every(({ name, work, destinations }) =>
      (work.queued === 0 || this.#standsStill(name, work)) &&
      Object.entries(destinations).every(([destination, line]) =>
        isHalted(line) || this.#isSettled(destinationName(name, destination), line)
      )
    );
  }

  /** True where a channel's work line, or the named ones of its destinations, wait for a later time. */
  isStuck({ channels }: GatewaySnapshot, channel: string, destinations?: readonly string[]): boolean {
    const state = channels.find(({ name }) => name === channel)!;
    if (this.#standsStill(channel, state.work)) return true;
    return (destinations ?? []).some((name) =>
      isHalted(state.destinations[name]) || (this.#failing.get(destinationName(channel, name)) ?? 0) > 0
    );
  }

  #standsStill(channel: string, work: LineState): boolean {
    return isHalted(work) || this.#postponed.has(channel);
  }

  #isSettled(destination: string, { queued }: LineState): boolean {
    return queued <= (this.#failing.get(destination) ?? 0) && (this.#underWay.get(destination) ?? 0) <= 0;
  }
}

function isHalted(line: LineState | undefined): boolean {
  return line?.condition === "halted";
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
