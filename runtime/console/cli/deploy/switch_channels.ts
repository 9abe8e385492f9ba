import { MitralError } from "../../../contract/error.ts";
import type { RunningGateway } from "../../../engine/gateway_api.ts";
import type { ChannelPlan } from "../../../engine/plan.ts";
import type { By } from "../../../journal/acts.ts";
import type { ChannelChange } from "../../control/changes.ts";
import { errors } from "../errors.ts";
import { kindOf } from "../explain.ts";

/**
 * Makes a running gateway do what changed channels say, and leaves all others alone. What is under way is finished
 * first, or is in the journal:
 *
 * 1. Channels that change or go are drained and stopped, so that ports and folders are free.
 * 2. New and changed ones start, those that others hand on to first.
 * 3. Those that go are forgotten.
 *
 * Where one does not start, every channel is put back. Errors: CONSOLE_APPLY_UNDONE then, or CONSOLE_APPLY_STUCK where
 * one cannot be put back either.
 */
export async function switchChannels(
  gateway: RunningGateway,
  changes: readonly ChannelChange[],
  before: readonly ChannelPlan[],
  after: readonly ChannelPlan[],
  by?: By,
): Promise<void> {
  const named = (...whats: readonly ChannelChange["what"][]) =>
    changes.filter(({ what }) => whats.includes(what)).map(({ channel }) => channel);
  const plansOf = (names: readonly string[], plans: readonly ChannelPlan[]) =>
    targetsFirst(plans.filter(({ name }) => names.includes(name)));
  const old = named("changed", "removed");
  const stopped = new Set(conditions(gateway, "stopped"));
  let channel = "";
  const stop = (name: string) =>
    gateway.stopChannel(name).catch((cause) => {
      channel = name;
      throw cause;
    });
  try {
    await Promise.all(old.map(stop));
    for (const plan of plansOf(named("added", "changed"), after)) {
      channel = plan.name;
      await gateway.reloadChannel(plan, by);
    }
    for (const name of named("removed")) await gateway.removeChannel(channel = name, by);
  } catch (cause) {
    const reason = reasonOf(cause);
    const stuck = await putBack(gateway, named("added"), plansOf(old, before), stopped);
    if (stuck.length === 0) errors.fail("CONSOLE_APPLY_UNDONE", { channel, reason }, cause);
    errors.fail("CONSOLE_APPLY_STUCK", { channel, reason, stuck: stuck.join(", ") }, cause);
  }
}

/** Returns what could not be put back. */
async function putBack(
  gateway: RunningGateway,
  added: readonly string[],
  old: readonly ChannelPlan[],
  stopped: ReadonlySet<string>,
): Promise<readonly string[]> {
  const there = new Set(conditions(gateway));
  const stuck: string[] = [];
  const trying = (name: string, act: Promise<void>) =>
    act.catch((cause) => void stuck.push(`${name} (${reasonOf(cause)})`));
  // First whatever may hold a port that an old channel needs.
  for (const name of added) if (there.has(name)) await trying(name, gateway.removeChannel(name));
  for (const { name } of old) if (there.has(name)) await trying(name, gateway.stopChannel(name));
  for (const plan of old) {
    await trying(plan.name, gateway.reloadChannel(plan));
    if (stopped.has(plan.name)) await trying(plan.name, gateway.stopChannel(plan.name));
  }
  return stuck;
}

/** Names of channels that are in a condition, or in any. */
function conditions(gateway: RunningGateway, wanted?: string): readonly string[] {
  return gateway.snapshot().channels.filter(({ condition }) => wanted === undefined || condition === wanted)
    .map(({ name }) => name);
}

/** A message may come through a channel the moment it listens: where it is handed on to must be there. */
function targetsFirst(plans: readonly ChannelPlan[]): readonly ChannelPlan[] {
  const left = [...plans];
  const sorted: ChannelPlan[] = [];
  const waits = (plan: ChannelPlan) =>
    plan.destinations.some(({ send }) =>
      "channel" in send && send.channel !== plan.name && left.some(({ name }) => name === send.channel)
    );
  while (left.length > 0) {
    const at = left.findIndex((plan) => !waits(plan));
    // In a ring each waits for another.
    sorted.push(...left.splice(Math.max(at, 0), 1));
  }
  return sorted;
}

function reasonOf(cause: unknown): string {
  return cause instanceof MitralError ? `${cause.code} ${cause.message}` : kindOf(cause);
}
