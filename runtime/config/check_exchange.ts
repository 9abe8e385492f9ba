import type { Feed } from "../contract/adapter.ts";
import { isReservedFeed } from "../engine/exchanged.ts";
import { type ConfigNode, nearestNode } from "./config_node.ts";
import type { ChannelFile, GatewayFile } from "./gateway_shape.ts";
import { type Problems, shown, type Spot } from "./problem.ts";
import type { Partially } from "./shape.ts";

/** A channel as read, with where it stands. */
interface ReadChannel {
  readonly name: string;
  readonly value?: Partially<ChannelFile>;
  readonly node: ConfigNode;
}

/** A feed that a listener takes, or a sender sends under. */
interface UsedFeed extends Partial<Feed> {
  readonly owner: string;
  readonly spot: Spot;
}

/** Notes what does not fit together about sealed messages and the exchange. */
export function checkExchange(
  file: Partially<GatewayFile>,
  channels: readonly ReadChannel[],
  problems: Problems,
): void {
  const taken: UsedFeed[] = [], sent: UsedFeed[] = [];
  for (const { name, value, node } of channels) {
    const { listen, decrypt, send = [] } = value ?? {};
    const owner = `channel ${shown(name)}`;
    const from = feedOf(listen?.adapter);
    const spot = nearestNode(node, "listen", listen?.adapter?.spec?.name ?? "");
    if (from) taken.push({ ...from, owner, spot });
    checkSeal(decrypt && { whom: decrypt.from, key: "from" }, from, nearestNode(node, "decrypt"), problems);
    for (const { name: destination = "", value } of send) {
      const adapter = value?.adapter;
      const to = feedOf(adapter);
      const spot = nearestNode(node, "send", destination, adapter?.spec?.name ?? "");
      if (to) sent.push({ name, ...to, owner: `${owner}, destination ${shown(destination)}`, spot });
      const encrypt = value?.encrypt;
      const seals = nearestNode(node, "send", destination, "encrypt");
      checkSeal(encrypt && { whom: encrypt.to, key: "to" }, to, seals, problems);
      // Without an adapter of the exchange the channel's name is the feed.
      if (encrypt && !to && isReservedFeed(name)) problems.add(seals, "CONFIG_VALUE_INVALID", RESERVED);
    }
  }
  for (const { spot } of file.exchange ? [] : [...taken, ...sent]) {
    const hint =
      "say at the top of the file where partners reach this gateway: exchange: { doors: { https: … } }";
    problems.add(spot, "CONFIG_VALUE_MISSING", { key: "exchange" }, hint);
  }
  checkOnce(taken, "takes", problems);
  checkOnce(sent, "sends under", problems);
}

/** For whom something is sealed must be said once, and not twice differently. */
function checkSeal(
  seal: { readonly whom?: readonly (string | undefined)[] | undefined; readonly key: string } | undefined,
  feed: Partial<Feed> | undefined,
  node: ConfigNode,
  problems: Problems,
): void {
  const { whom, key = "" } = seal ?? {};
  if (whom && feed?.partner !== undefined && whom.join() !== feed.partner) {
    const rule = `must be ${shown(feed.partner)}, or left out: the adapter says whom`;
    problems.add(nearestNode(node, key), "CONFIG_VALUE_INVALID", { rule });
  }
}

/** A feed belongs to one channel: its numbers grow one by one. */
function checkOnce(feeds: readonly UsedFeed[], does: string, problems: Problems): void {
  const first = new Map<string, UsedFeed>();
  for (const feed of feeds) {
    const { partner, name, spot } = feed;
    if (name !== undefined && isReservedFeed(name)) problems.add(spot, "CONFIG_VALUE_INVALID", RESERVED);
    if (partner === undefined) continue;
    const key = JSON.stringify([partner, name]);
    const other = first.get(key);
    if (!other) first.set(key, feed);
    else {
      const what = name === undefined
        ? `every feed of ${shown(partner)}`
        : `the feed ${shown(name)} of ${shown(partner)}`;
      const rule = `${other.owner} ${does} ${what} already`;
      problems.add(
        spot,
        "CONFIG_VALUE_INVALID",
        { rule },
        "give one of the two a feed of its own: feed: NAME",
      );
    }
  }
}

const RESERVED = { rule: "feeds that begin with mitral. are for what gateways tell each other" };

type Adapter = { readonly spec?: unknown; readonly config?: unknown } | undefined;

/** The feed that an adapter takes or sends under, `undefined` where it knows none; without a partner that is a problem. */
export function feedOf(adapter: Adapter): Partial<Feed> | undefined {
  const { spec, config } = adapter ?? {};
  const { feed } = (spec ?? {}) as { feed?(config: unknown): Partial<Feed> };
  return config === undefined ? undefined : feed?.(config);
}
