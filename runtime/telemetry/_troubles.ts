import type { MitralError } from "../contract/error.ts";
import type { GatewayEvent } from "../engine/events.ts";

/** A place tells so many kinds of failure, and then no other: a stranger may show another certificate each time. */
const KINDS_MAX = 64;

/**
 * Turns a row of failures at one place into one warning and one all-clear, so that a partner that is down for a night
 * does not fill the log. Keeps, for each place in trouble, the kinds already told.
 */
export class Troubles {
  readonly #told = new Map<string, Set<string>>();

  /** True where a failure is the first of its kind since the place last did its work. */
  begins(event: GatewayEvent): boolean {
    const error = failureIn(event);
    if (!error) return false;
    const place = placeOf(event);
    const kinds = this.#told.get(place) ?? new Set();
    const kind = kindOf(event, error);
    if (kinds.has(kind) || kinds.size >= KINDS_MAX) return false;
    this.#told.set(place, kinds.add(kind));
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
    case "exchangeRefused":
    case "exchangeReported":
      return event.error;
  }
}

/** A line: the work line of a channel, or the delivery line of one of its destinations. Or a part of the exchange. */
function placeOf(event: GatewayEvent): string {
  if (event.name === "exchangeRefused") return `\n${event.partner ?? ""}`;
  if (event.name === "exchangeReported") return `\n${event.at}`;
  const { channel, destination = "" } = event as { channel?: string; destination?: string };
  return `${channel}\n${destination}`;
}

/** What is told once: a code, and at a door whom or whose certificate it is about, so that one hides nobody else. */
function kindOf(event: GatewayEvent, { code }: MitralError): string {
  if (event.name !== "transportReported" && event.name !== "exchangeReported") return code;
  const { trouble, fingerprint, partner } = event.facts;
  return [code, trouble, fingerprint, partner].filter((part) => part !== undefined).join(" ");
}
