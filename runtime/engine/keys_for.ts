import type { World } from "../contract/world.ts";
import { type GatewayKeyring, openKeyring } from "../trust/keyring.ts";
import type { ChannelPlan, GatewayPlan } from "./plan.ts";

/** The keys of a gateway; `undefined` where none of these channels seals or opens anything. Errors: KEYRING_…. */
export async function keysFor(
  plan: GatewayPlan,
  channels: readonly ChannelPlan[],
  world: World,
): Promise<GatewayKeyring | undefined> {
  const seals = plan.exchange !== undefined ||
    channels.some((channel) =>
      channel.decrypt || channel.destinations.some((destination) => destination.encrypt)
    );
  if (!seals) return undefined;
  return await openKeyring({
    gateway: plan.name,
    ...(plan.keys === undefined ? {} : { identityFile: plan.keys }),
    partnerFiles: Object.fromEntries(
      Object.entries(plan.partners).flatMap(([name, { keys }]) => keys === undefined ? [] : [[name, keys]]),
    ),
    disk: world.disk,
  });
}
