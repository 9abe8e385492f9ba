import type { Format } from "../contract/format.ts";
import { type Body, hasPaths, RawBody } from "../contract/message.ts";
import type { Branch } from "../journal/operations.ts";
import type { DestinationPlan, Order } from "./plan.ts";

/** What the outbox of a destination is to hold of a message that was `received` as these bytes. */
export function branchOf(
  body: Body,
  received: Uint8Array,
  { name, order }: DestinationPlan,
  format: Format,
): Branch {
  const payload = body.toBytes();
  const spoken = speaks(format, body.contentType);
  return {
    destination: name,
    payload: sameBytes(payload, received) ? null : payload,
    contentType: body.contentType,
    controlId: spoken ? format.identify(payload, body.contentType).controlId : "",
    // Bytes an actor has put together are read first: the format's keys are those of a body of its own.
    keys: spoken && body instanceof RawBody
      ? keysOf(order, format.parse(payload, body.contentType), format)
      : keysOf(order, body, spoken ? format : undefined),
  };
}

/** True where the channel's format can read a content type. */
export function speaks(format: Format, contentType: string): boolean {
  const essence = contentType.split(";", 1)[0].trim().toLowerCase();
  return format.contentTypes.some((each) => each === essence);
}

function keysOf(order: Order, body: Body, format: Format | undefined): readonly string[] {
  if (order.by === "key" && order.path !== undefined && hasPaths(body)) {
    return [...new Set(body.getAll(order.path))];
  }
  return format?.keys(body) ?? [];
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
