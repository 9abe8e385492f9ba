import type { SplitBatch } from "../../../../runtime/contract/format.ts";
import { CR, LF, tryUnwrap } from "../syntax/wire.ts";
import { cut, nameAt } from "./_cut.ts";
import { type BatchPart, BatchReader } from "./parts.ts";

/**
 * The parts of a batch file in memory, one by one, in order: headers, messages, trailers, warnings (HL7 v2.9.1 section
 * 2.9.3). Several messages without any header are taken apart, too. Messages are views of `file`, no copies, and come
 * as they are: one that cannot be parsed keeps no other from being read. Of a file in UTF-16 or UTF-32 all come in UTF-8.
 *
 * Errors, when the place is reached: HL7V2_BATCH_HEADER_MISPLACED, HL7V2_BATCH_SEGMENT_MISPLACED; HL7V2_BYTES_INVALID.
 */
export function* splitBatch(file: Uint8Array): Generator<BatchPart> {
  const reader = new BatchReader();
  for (const piece of cut(file)) yield* reader.read(piece);
  yield* reader.end();
}

/** Every message of a file, whatever stands before, between and behind them. Views, no copies. */
export function* messagesIn(file: Uint8Array): Generator<Uint8Array> {
  for (const { name, bytes } of cut(file)) if (name === "MSH") yield bytes;
}

/**
 * Takes a batch apart for the engine; `undefined` where it is none. With `each: message` several messages in a row are
 * one, too. Errors: as of {@linkcode splitBatch}.
 */
export function split(
  bytes: Uint8Array,
  { config: { each } }: { readonly config: { readonly each: "whole" | "message" } },
): SplitBatch | undefined {
  if (!isBatch(bytes) && !(each === "message" && holdsSeveral(bytes))) return undefined;
  let count = 0;
  const warnings = new Set<string>();
  for (const part of splitBatch(bytes)) {
    if (part.kind === "message") count++;
    else if (part.kind === "warning") warnings.add(part.code);
  }
  return { count, warnings: [...warnings], messages: messagesIn(bytes) };
}

function holdsSeveral(bytes: Uint8Array): boolean {
  let count = 0;
  for (const _ of messagesIn(bytes)) if (++count > 1) return true;
  return false;
}

/**
 * True for what begins with FHS or BHS, or with MSH and ends with BTS or FTS. Two messages and no segment of a batch are
 * none: where one message belongs, they are a mistake of the sender's.
 */
export function isBatch(bytes: Uint8Array): boolean {
  const inner = tryUnwrap(bytes);
  if (inner === undefined) return false;
  const first = nameAt(inner, 0);
  if (first !== "MSH") return first === "FHS" || first === "BHS";
  let end = inner.length;
  while (end > 0 && isLineEnd(inner[end - 1])) end--;
  const far = Math.max(end - TRAILER_BYTES_MAX, 0);
  while (end > far && !isLineEnd(inner[end - 1])) end--;
  const last = nameAt(inner, end);
  return last === "BTS" || last === "FTS";
}

/** A trailer is looked for in the last so many bytes: the last segment of a message may be megabytes long. */
const TRAILER_BYTES_MAX = 1024;

function isLineEnd(byte: number): boolean {
  return byte === CR || byte === LF;
}
