import type { ListenerSpec, SenderSpec } from "../../contract/adapter.ts";
import { destinationName } from "../../config/test_file.ts";
import type { ChannelPlan, DestinationPlan, GatewayPlan } from "../../engine/plan.ts";

/** What stands for the outside while a gateway is tested. */
export interface StandIns {
  listener(original: ListenerSpec): ListenerSpec;
  sender(destination: string): SenderSpec;
}

/** Longer than any test: whatever is to be tried again is not. */
const NEVER_MS = 86_400_000;

/**
 * The same gateway with nothing outside it: messages are handed in and caught, in clear.
 * What happens between is as the plan says.
 */
export function rehearsalPlan(
  { monitor: _, keys: __, partnersFolder: ___, ...plan }: GatewayPlan,
  standIns: StandIns,
): GatewayPlan {
  return {
    ...plan,
    partners: {},
    // Nothing is written to the disk.
    journal: { ...plan.journal, diskFreeMin: 0 },
    // What is not done when a case ends is of no more use.
    drainMsMax: 0,
    channels: plan.channels.map((channel) => rehearsed(channel, standIns)),
  };
}

function rehearsed({ decrypt: _, ...channel }: ChannelPlan, standIns: StandIns): ChannelPlan {
  return {
    ...channel,
    listen: { spec: standIns.listener(channel.listen.spec), config: {} },
    destinations: channel.destinations.map((destination) => caught(channel.name, destination, standIns)),
    supervise: { ...channel.supervise, backoffMs: 0, backoffMsMax: 0 },
  };
}

/** Not sealed, at no time of day, and none waits for another: every message of a case is seen. */
function caught(
  channel: string,
  { encrypt: _, collect, ...destination }: DestinationPlan,
  standIns: StandIns,
): DestinationPlan {
  return {
    ...destination,
    ...(collect ? { collect: { ...collect, at: [] } } : {}),
    order: { by: "none" },
    retry: { ...destination.retry, firstMs: NEVER_MS, longestMs: NEVER_MS },
    ...("channel" in destination.send
      ? {}
      : { send: { spec: standIns.sender(destinationName(channel, destination.name)), config: {} } }),
  };
}
