import type { ChannelCounts } from "./events.ts";
import type { Unstamped } from "./line.ts";

/** What an event adds one to in the counts of its channel; `undefined` where it adds to none. */
export function countedAs(event: Unstamped): keyof ChannelCounts | undefined {
  // Where one destination left a message out that others get, that is no filtered message: a whole one is.
  if (event.name === "messageFiltered" && event.destination !== undefined) return undefined;
  return COUNTED[event.name];
}

const COUNTED: { readonly [name: string]: keyof ChannelCounts } = {
  messageReceived: "received",
  messageRepeated: "repeated",
  messageFiltered: "filtered",
  messageDelivered: "delivered",
  messageHandedOn: "delivered",
  deliveryFailed: "failed",
  messageQuarantined: "quarantined",
};

/** What a channel has counted before anything went through it. */
export function nothingCounted(): { -readonly [K in keyof ChannelCounts]: ChannelCounts[K] } {
  return { received: 0, repeated: 0, filtered: 0, delivered: 0, failed: 0, quarantined: 0 };
}
