import { feedOf, signerFor } from "../exchanged.ts";
import type { ChannelPlan } from "../plan.ts";
import type { SentFeed } from "./reckoning.ts";

/**
 * What goes to a partner from these channels, and nowhere else. Not what two destinations send under one name: their numbers
 * are each other's.
 */
export function feedsTo(channels: Iterable<ChannelPlan>, partner: string): readonly SentFeed[] {
  const feeds = new Map<string, SentFeed[]>();
  for (const { name: channel, destinations } of channels) {
    for (const { name: destination, encrypt, send } of destinations) {
      if (signerFor(encrypt) !== partner) continue;
      const feed = feedOf(channel, send);
      feeds.set(feed, [...feeds.get(feed) ?? [], { feed, channel, destination }]);
    }
  }
  return [...feeds.values()].flatMap((same) => same.length === 1 ? same : []);
}
