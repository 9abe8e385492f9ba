import type { World } from "../contract/world.ts";
import { type KeyNews, KeyWatch } from "../trust/key_watch.ts";
import { type GatewayKeyring, openKeyring } from "../trust/keyring.ts";
import { liveKeyring } from "../trust/live_keyring.ts";
import type { LivePartners } from "../trust/live_partners.ts";
import type { MasterKey } from "../trust/master_key.ts";
import type { ChannelPlan, GatewayPlan } from "./plan.ts";

/** The keys of a gateway. */
export interface GatewayKeys {
  readonly keyring: GatewayKeyring;
  /** Of its own keys, where it has any. */
  readonly watch?: KeyWatch;
}

/** What the keys of a gateway are read with. */
export interface KeyTools {
  readonly world: World;
  /** What its own are sealed under. */
  readonly masterKey?: MasterKey;
  /** Whose keys count, now and later. */
  readonly partners: LivePartners;
  readonly report: (news: KeyNews) => void;
}

/**
 * The keys of a gateway; `undefined` where it has none, and none of these channels seals or opens anything.
 * Errors: KEYRING_…, IDENTITY_…, PARTNER_….
 */
export async function keysFor(
  plan: GatewayPlan,
  channels: readonly ChannelPlan[],
  { world, masterKey, partners, report }: KeyTools,
): Promise<GatewayKeys | undefined> {
  const { keys: file } = plan;
  // Without any of it, what it writes down is signed all the same.
  const seals = file !== undefined || plan.exchange !== undefined ||
    channels.some((channel) =>
      channel.decrypt || channel.destinations.some((destination) => destination.encrypt)
    );
  if (!seals) return undefined;
  const own = masterKey ? { masterKey } : {};
  await partners.readFiles();
  const ours = await openKeyring({
    gateway: plan.name,
    ...own,
    ...(file === undefined ? {} : { identityFile: file }),
    partnerFiles: {},
    disk: world.disk,
    clock: world.clock,
  });
  const keyring = liveKeyring(ours, partners);
  if (file === undefined) return { keyring };
  return { keyring, watch: new KeyWatch({ file, ...own, keyring, world, report }) };
}
