import type { DestinationPlan } from "../../runtime/engine/plan.ts";
import type { Generator, Sent } from "./generator.ts";
import type { Ledger } from "./ledger.ts";
import { isTaken, type Receiver } from "./receiver.ts";
import type { Scenario } from "./scenario.ts";

/** What is wrong in the end, when everything is said to be through. */
export function* findings(
  { plan: { channels }, replays, people }: Scenario,
  generators: readonly Generator[],
  receivers: readonly Receiver[],
  ledger: Ledger,
): Generator_ {
  for (const { name, strays } of generators) {
    if (strays > 0) yield `${name} was answered for a message it had not asked about`;
  }
  for (const controlId of people?.readings.uncleared ?? []) {
    yield `${controlId} went on without clearance`;
  }
  for (const { destinations } of channels) {
    for (const destination of destinations) {
      const receiver = receivers.find(({ name }) => name === destination.name)!;
      const channel = channels.find((each) => each.destinations.includes(destination))!;
      const { port } = channel.listen.config as { readonly port: number };
      const sent = generators.filter((each) => each.port === port).flatMap((each) => each.sent);
      for (const message of sent) {
        const standing = ledger.standingOf(message.controlId);
        if (standing !== undefined && receiver.has(message.controlId)) {
          yield `${message.controlId} is ${standing}, and ${receiver.name} has it`;
        }
        if (standing !== undefined || message.verdict !== "taken" || receiver.has(message.controlId)) {
          continue;
        }
        const why = whyMissing(message, receiver, ledger, replays);
        if (why !== undefined) {
          yield `${message.controlId} was acknowledged, and ${receiver.name} lacks it${why}`;
        }
      }
      yield* outOfOrder(destination, receiver, sent, ledger);
    }
  }
}

type Generator_ = globalThis.Generator<string, void>;

/** `undefined` where there is a reason that the run explains. */
function whyMissing(
  { controlId }: Sent,
  { name, attempts }: Receiver,
  ledger: Ledger,
  replays: boolean,
): string | undefined {
  const rows = ledger.deliveriesOf(controlId, name);
  const isQuarantined = rows.some(({ state }) => state === "quarantined") ||
    [...ledger.messages.values()].some((each) => each.controlId === controlId && each.isQuarantined);
  if (!isQuarantined) return ", and it is not in quarantine";
  if (replays) return ", though what was in quarantine was sent again";
  const isRefused = attempts.some((each) => each.controlId === controlId) || rows.length === 0;
  return isRefused ? undefined : ", and nobody ever refused it";
}

/** Messages of one key arrive in the order the journal has them, from first to first, and from last to last. */
function* outOfOrder(
  { name, order }: DestinationPlan,
  { attempts }: Receiver,
  sent: readonly Sent[],
  ledger: Ledger,
): Generator_ {
  if (order.by === "none") return;
  const patients = new Map(sent.map(({ controlId, patient }) => [controlId, patient]));
  const taken = attempts.filter(isTaken).filter(({ controlId }) => isInOrder(controlId, name, ledger));
  const seqOf = (controlId: string) => ledger.deliveriesOf(controlId, name)[0].delivery;
  for (
    const [which, ids] of [["first", firsts(taken)], [
      "last",
      firsts(taken.toReversed()).toReversed(),
    ]] as const
  ) {
    for (let later = 1; later < ids.length; later++) {
      for (let earlier = 0; earlier < later; earlier++) {
        const [a, b] = [patients.get(ids[earlier]), patients.get(ids[later])];
        const isOrdered = ledger.holding.has(name)
          ? a === b && a !== undefined
          : order.by === "channel" || a === b || a === undefined || b === undefined;
        if (isOrdered && seqOf(ids[earlier]) > seqOf(ids[later])) {
          yield `${name} has ${ids[later]} after ${ids[earlier]} (${which} times)`;
        }
      }
    }
  }
}

function firsts(attempts: readonly { readonly controlId: string }[]): string[] {
  return [...new Set(attempts.map(({ controlId }) => controlId))];
}

/** What a person sent again, or what came twice, has no one place. */
function isInOrder(controlId: string, destination: string, ledger: Ledger): boolean {
  return !ledger.touched.has(`${controlId} ${destination}`) &&
    ledger.deliveriesOf(controlId, destination).length === 1;
}
