import type { MitralError } from "../contract/error.ts";
import type { GatewayEvent } from "../engine/events.ts";

/**
 * Turns a row of failures at one place into one warning and one all-clear, so that a partner that is down for a night
 * does not fill the log. Keeps, for each place in trouble, the codes already told.
 */
export class Troubles {
  readonly #told = new Map<string, Set<string>>();

  /** True where a failure is the first with its code since the place last did its work. */
  begins(event: GatewayEvent): boolean {
    const error = failureIn(event);
    if (!error || !("channel" in event)) return false;
    const place = placeOf(event);
    const codes = this.#told.get(place) ?? new Set();
    if (codes.has(error.code)) return false;
    this.#told.set(place, codes.add(error.code));
    return true;
  }

  /** True where a success ends a row of failures. */
  ends(event: GatewayEvent): boolean {
    if (this.#told.size === 0) return false;
    if (event.name !== "messageDelivered" && event.name !== "messageProcessed") return false;
    return this.#told.delete(placeOf(event));
  }
}

function failureIn(event: GatewayEvent): MitralError | undefined {
  switch (event.name) {
    case "deliveryFailed":
    case "messageQuarantined":
    case "transportReported":
      return event.error;
  }
}

/** A line: the work line of a channel, or the delivery line of one of its destinations. */
function placeOf({ channel, destination = "" }: { channel: string; destination?: string }): string {
  return `${channel}\n${destination}`;
}
