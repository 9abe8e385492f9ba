import type { Format } from "../contract/format.ts";
import { type Body, hasPaths, type Message, RawBody } from "../contract/message.ts";
import type { Journal } from "../journal/journal.ts";
import { LARGE_BYTES, type Stored } from "../journal/large_bodies.ts";
import type { Branch } from "../journal/operations.ts";
import { sameBytes } from "../journal/same_bytes.ts";
import { type BoundFormats, speaks } from "./formats.ts";
import type { DestinationPlan, Order } from "./plan.ts";

/** What the outbox of a destination is to hold of a message that was `taken` like this. Its keys are blinded. */
export function branchOf(
  body: Body,
  taken: Message,
  part: number,
  { name, order, collect }: DestinationPlan,
  formats: BoundFormats,
  blindKey: (key: string) => string,
): Branch {
  const payload = body.toBytes();
  const format = formats.speaking(body.contentType);
  const identity = format?.identify(payload, body.contentType);
  return {
    destination: name,
    part,
    payload: isAsTaken(payload, body.contentType, taken) ? null : payload,
    contentType: body.contentType,
    controlId: identity?.controlId ?? "",
    // Bytes an actor has put together are read first: the format's keys are those of a body of its own.
    keys:
      (format && body instanceof RawBody
        ? keysOf(order, format.parse(payload, body.contentType), format)
        : keysOf(order, body, format)).map(blindKey),
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

function isAsTaken(payload: Uint8Array, contentType: string, { received, body }: Message): boolean {
  return contentType === body.contentType && sameBytes(payload, received);
}

/** Puts large payloads into files; a promise only where there is one. */
export function keepAll(
  branches: readonly Branch[],
  journal: Journal,
): readonly Branch<Stored>[] | Promise<readonly Branch<Stored>[]> {
  if (branches.every(({ payload }) => !payload || payload.length <= LARGE_BYTES)) return branches;
  return Promise.all(branches.map(async (branch) => ({
    ...branch,
    payload: branch.payload && await journal.keep(branch.payload),
  })));
}
