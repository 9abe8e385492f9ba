import { pathOf, WHOLE } from "../../config/config_node.ts";
import type { Settings } from "../../config/settings.ts";
import type { ChannelState, GatewaySnapshot } from "../../engine/events.ts";
import type { GatewayPlan } from "../../engine/plan.ts";

/**
 * A setting that differs, by its path: `channels.lab.listen.mllp.port`; as it is written, so that `from` and `to` are the
 * same where only a variable in it stands for something else.
 */
export interface SettingChange {
  readonly path: string;
  /** Left out where it was not there. */
  readonly from?: string;
  /** Left out where it is not there any more. */
  readonly to?: string;
}

/** A queue that nothing will work on: what is in it stays in the journal. */
export interface LeftBehind {
  /** Left out for messages that have not been through the channel yet. */
  readonly destination?: string;
  readonly queued: number;
}

/** A channel that differs. */
export interface ChannelChange {
  readonly channel: string;
  readonly what: "added" | "changed" | "removed";
  /** Of a changed channel. */
  readonly settings: readonly SettingChange[];
  readonly left: readonly LeftBehind[];
}

/** What another gateway file would change in a running gateway. */
export interface GatewayChanges {
  /** Settings of the gateway as a whole: they hold from its next start. */
  readonly gateway: readonly SettingChange[];
  readonly channels: readonly ChannelChange[];
}

/** A gateway file as it is compared. */
export interface Comparable {
  readonly plan: GatewayPlan;
  readonly settings: Settings;
}

/** Compares what runs with what another file says; the snapshot tells what is queued. */
export function changesBetween(
  from: Comparable,
  to: Comparable,
  { channels }: GatewaySnapshot,
): GatewayChanges {
  const differing = differences(from.settings, to.settings);
  const before = destinationsOf(from.plan);
  const after = destinationsOf(to.plan);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return {
    // What a gateway is for, in words, changes nothing in it.
    gateway: differing.filter(({ path }) => path !== "about" && !names.some((name) => isOf(path, name))),
    channels: names.flatMap((channel): ChannelChange[] => {
      const settings = differing.filter(({ path }) => isOf(path, channel));
      const state = channels.find(({ name }) => name === channel);
      const left = state ? leftBehind(state, after.get(channel)) : [];
      if (!before.has(channel)) return [{ channel, what: "added", settings: [], left: [] }];
      if (!after.has(channel)) return [{ channel, what: "removed", settings: [], left }];
      return settings.length > 0 ? [{ channel, what: "changed", settings, left }] : [];
    }),
  };
}

/** True where two files say the same. */
export function areNone({ gateway, channels }: GatewayChanges): boolean {
  return gateway.length === 0 && channels.length === 0;
}

/** True where a setting belongs to a channel. */
export function isOf(path: string, channel: string): boolean {
  const own = pathOf(pathOf(WHOLE, "channels"), channel);
  return path === own || path.startsWith(`${own}.`);
}

function destinationsOf({ channels }: GatewayPlan): ReadonlyMap<string, readonly string[]> {
  return new Map(channels.map(({ name, destinations }) => [name, destinations.map(({ name }) => name)]));
}

function differences(from: Settings, to: Settings): readonly SettingChange[] {
  const paths = [...new Set([...from.keys(), ...to.keys()])];
  return paths.flatMap((path) => {
    const [old, now] = [from.get(path), to.get(path)];
    if (old?.value === now?.value) return [];
    return [{ path, ...(old ? { from: old.written } : {}), ...(now ? { to: now.written } : {}) }];
  });
}

/** `kept`: destinations that are still there; `undefined` where the channel itself is not. */
function leftBehind({ work, destinations }: ChannelState, kept: readonly string[] | undefined): LeftBehind[] {
  const gone = Object.entries(destinations).filter(([destination]) => !kept?.includes(destination));
  return [
    ...(kept ? [] : [{ queued: work.queued }]),
    ...gone.map(([destination, { queued }]) => ({ destination, queued })),
  ].filter(({ queued }) => queued > 0);
}
