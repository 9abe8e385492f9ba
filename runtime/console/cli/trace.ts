import type { WaitingDelivery } from "../../engine/gateway_api.ts";
import type { DeliveryRecord, MessageContent } from "../../journal/records.ts";
import type { ShownMessage } from "../control/protocol.ts";

type Happening = Omit<MessageContent["history"][number], "destination">;

/** What became of a message at one destination. */
export interface TracedDelivery extends Omit<DeliveryRecord, "bytes"> {
  /** From the moment the message was received until the outcome was known; left out while it is queued. */
  readonly tookMs?: number;
  /**
   * Attempts that failed, quarantine, replays and the delivery, oldest first. Of several parts that went to one
   * destination it is told with the first.
   */
  readonly history: readonly Happening[];
}

/** One message on its way through the gateway, in the order of the way. */
export interface Trace extends
  Pick<
    MessageContent,
    | "id"
    | "channel"
    | "origin"
    | "type"
    | "controlId"
    | "bytes"
    | "receivedAtMs"
    | "state"
    | "trouble"
    | "handedOnTo"
  > {
  /** What waits of it for what; empty where nothing of it is queued. */
  readonly waiting: readonly WaitingDelivery[];
  /** What happened before it was queued for anybody, or to the message as a whole. */
  readonly history: readonly Happening[];
  /** How long each stage of the work line took; empty where that is not known. */
  readonly stages: readonly { readonly stage: string; readonly tookMs: number }[];
  readonly deliveries: readonly TracedDelivery[];
}

/** Puts what the journal knows of a message into the order of its way. */
export function traceOf(message: ShownMessage): Trace {
  const { id, channel, origin, type, controlId, bytes, receivedAtMs, state, trouble, handedOnTo } = message;
  const histories = new Map<string | undefined, Happening[]>();
  for (const { destination, ...happening } of message.history) {
    const known = histories.get(destination);
    if (known) known.push(happening);
    else histories.set(destination, [happening]);
  }
  const take = (wanted: string | undefined) => {
    const found = histories.get(wanted) ?? [];
    histories.delete(wanted);
    return found;
  };
  return {
    id,
    channel,
    origin,
    type,
    controlId,
    bytes,
    receivedAtMs,
    state,
    ...(trouble ? { trouble } : {}),
    history: take(undefined),
    stages: message.stages ?? [],
    waiting: message.waiting ?? [],
    deliveries: message.deliveries.map(({ bytes: _, ...delivery }) => ({
      ...delivery,
      ...(delivery.settledAtMs === undefined ? {} : { tookMs: delivery.settledAtMs - receivedAtMs }),
      history: take(delivery.destination),
    })),
    ...(handedOnTo ? { handedOnTo } : {}),
  };
}
