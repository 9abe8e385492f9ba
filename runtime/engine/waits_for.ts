import type { QueuedDelivery } from "../journal/queued_deliveries.ts";
import type { Channel } from "./channel.ts";
import type { LineState } from "./events.ts";
import type { WaitingDelivery } from "./gateway_api.ts";

/** What queued deliveries wait for. */
export function waitsFor(
  deliveries: readonly QueuedDelivery[],
  channels: ReadonlyMap<string, Pick<Channel, "plan" | "state">>,
): readonly WaitingDelivery[] {
  return deliveries.map((delivery) => {
    const at = delivery.owner.indexOf("/");
    const channel = channels.get(delivery.owner.slice(0, at));
    const destination = delivery.owner.slice(at + 1);
    const order = channel?.plan.destinations.find(({ name }) => name === destination)?.order;
    const line = channel?.state().destinations[destination];
    return { destination, part: delivery.part, waitsFor: reasonOf(delivery, line, order?.by !== "none") };
  });
}

function reasonOf(
  { heldBy, isBarrier }: QueuedDelivery,
  line: LineState | undefined,
  isOrdered: boolean,
): WaitingDelivery["waitsFor"] {
  if (!line) return { kind: "destination" };
  const { condition } = line;
  const trouble = line.trouble === undefined ? {} : { trouble: line.trouble };
  if (condition !== "running") return { kind: "line", condition, ...trouble };
  if (line.paused) return { kind: "paused" };
  if (isOrdered && heldBy !== undefined) return { kind: "heldKey", id: heldBy };
  if (isOrdered && isBarrier) return { kind: "earlier" };
  return { kind: line.circuitOpen ? "circuit" : "turn", ...trouble };
}
