import type { Clock, World } from "../contract/world.ts";
import type { Channel } from "./channel.ts";
import type { PartnerExchange } from "./exchange/exchange.ts";

/**
 * Closes a gateway in this order, within `drainMsMax` in all:
 *
 * 1. Every listener, and every door of the exchange, accepts and reads no more. What was handed over is answered; then its
 *    connections close.
 * 2. Every work line takes no more from its inbox and commits what it has begun; documents that are being read are left.
 * 3. Every delivery line takes no more from its outbox; attempts under way get their answers.
 * 4. The journal commits the last outcomes and closes.
 *
 * Past the deadline the lines are dropped where they are: everything they had is in the journal, and an attempt whose
 * answer was not seen is made again after the next start.
 */
export async function drain(
  channels: readonly Channel[],
  journal: { close(): Promise<void> },
  world: World,
  drainMsMax: number,
  exchange?: Pick<PartnerExchange, "stopListening" | "close">,
): Promise<void> {
  const { deadline, forget } = deadlineIn(drainMsMax, world.clock);
  // A step that fails in one channel is no reason to leave the others, or the journal, as they are.
  const failures: unknown[] = [];
  const all = (step: (channel: Channel) => Promise<void>) =>
    Promise.all(channels.map((channel) => step(channel).catch((cause) => failures.push(cause))));
  const doors = exchange?.stopListening(deadline).catch((cause) => failures.push(cause));
  await all((channel) => channel.stopListening(deadline));
  await doors;
  await all((channel) => channel.stopWorking(deadline));
  await all((channel) => channel.stopDelivering(deadline));
  await exchange?.close().catch((cause) => failures.push(cause));
  forget();
  await journal.close();
  if (failures.length > 0) throw failures[0];
}

/** A signal that is aborted after some time, unless it is forgotten. Somebody waits for it: the process lives so long. */
export function deadlineIn(ms: number, clock: Clock): { readonly deadline: AbortSignal; forget(): void } {
  const late = new AbortController();
  const over = new AbortController();
  clock.sleep(ms, over.signal).then(() => late.abort(), () => {});
  return { deadline: late.signal, forget: () => over.abort() };
}
