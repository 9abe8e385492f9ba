import type { Format } from "../contract/format.ts";
import { type Body, hasPaths, RawBody } from "../contract/message.ts";
import type { Branch } from "../journal/operations.ts";
import { type BoundFormats, speaks } from "./formats.ts";
import type { DestinationPlan, Order } from "./plan.ts";

/** What the outbox of a destination is to hold of a message that was `received` as these bytes. */
export function branchOf(
  body: Body,
  received: Uint8Array,
  part: number,
  { name, order, collect }: DestinationPlan,
  formats: BoundFormats,
): Branch {
  const payload = body.toBytes();
  const format = formats.speaking(body.contentType);
  const identity = format?.identify(payload, body.contentType);
  return {
    destination: name,
    part,
    payload: sameBytes(payload, received) ? null : payload,
    contentType: body.contentType,
    controlId: identity?.controlId ?? "",
    // Bytes an actor has put together are read first: the format's keys are those of a body of its own.
    keys: format && body instanceof RawBody
      ? keysOf(order, format.parse(payload, body.contentType), format)
      : keysOf(order, body, format),
    isBuiltOn: identity !== undefined && format!.isBuiltOn(identity),
    ...(collect ? { gathers: true } : {}),
  };
}

function keysOf(order: Order, body: Body, format: Format | undefined): readonly string[] {
  if (order.by === "key" && order.path !== undefined && hasPaths(body)) {
    return [...new Set(body.getAll(order.path))];
  }
  return format && speaks(format, body.contentType) ? format.keys(body) : [];
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
