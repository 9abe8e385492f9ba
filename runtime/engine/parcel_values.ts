import type { Format } from "../contract/format.ts";
import { hasPaths } from "../contract/message.ts";
import type { OutboxRow } from "../journal/rows.ts";
import type { BoundFormats } from "./formats.ts";
import type { ChannelPlan, DestinationPlan } from "./plan.ts";

/** Where the formats of what is sent are found. */
export interface ValueParts {
  readonly channel: ChannelPlan;
  readonly destination: DestinationPlan;
  readonly formats: BoundFormats;
}

/**
 * The first value at a path of what is sent, by the path. It is parsed when it is first asked for one, and once. Of a
 * batch that can be taken apart, and of lines, the first message is looked at; of any other, the whole.
 *
 * Errors: those of the format's `parse`.
 */
export function valuesOf(
  bytes: Uint8Array,
  row: Pick<OutboxRow, "contentType" | "isBatch">,
  parts: ValueParts,
): (path: string) => string {
  let known: ((path: string) => readonly string[]) | undefined;
  return (path) => {
    known ??= readerOf(bytes, row, parts);
    return known(path)[0] ?? "";
  };
}

function readerOf(
  bytes: Uint8Array,
  { contentType, isBatch }: Pick<OutboxRow, "contentType" | "isBatch">,
  { channel, destination, formats }: ValueParts,
): (path: string) => readonly string[] {
  const as = isBatch ? destination.collect?.as : undefined;
  const inLines = as === "lines";
  const format = inLines ? formats.after(channel.steps, destination.steps) : formats.speaking(contentType);
  const message = inLines ? firstLine(bytes) : as === undefined ? bytes : firstMessage(bytes, format);
  // An empty batch has no first message.
  if (!format || !message?.length) return () => [];
  const body = inLines ? format.parse(message) : format.parse(message, contentType);
  return hasPaths(body) ? (path) => body.getAll(path) : () => [];
}

function firstMessage(bytes: Uint8Array, format: Format | undefined): Uint8Array | undefined {
  const { value } = (format?.batch?.messagesIn(bytes) ?? [bytes])[Symbol.iterator]().next();
  return value;
}

function firstLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0x0a);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
