import type { Identity, Piece } from "../../../../runtime/contract/format.ts";
import { CR, FS, LF } from "../syntax/wire.ts";
import { findHeader, type Header, oneCharacterAByte } from "../syntax/header.ts";

const DSC = [0x44, 0x53, 0x43];
/**
 * What follows MSH where a message begins, or nothing. The last fragment of a message goes on in its middle; some senders
 * fill MSH-14 of whole messages with something of their own.
 */
const OPENING = new Set(["", "SFT", "UAC", "EVN", "PID", "MSA", "MFI", "SCH", "RF1", "PRD"]);
/** DSC has a pointer of 180 characters and a letter: a longer last segment is none, and is not looked through. */
const DSC_LENGTH_MAX = 1024;

/**
 * Where a message belongs that is a fragment of another (HL7 v2.9.1 section 2.9.2): MSH-14 is the pointer of the
 * fragment before it, DSC-1 at its end that of the next. `undefined` for a whole message; so are queries, and responses
 * whose DSC offers more to whoever asks again (DSC-2 is I, or is empty beside an MSA; section 5.6.3).
 *
 * Called for every message: reads its end, and more only where there is a pointer.
 */
export function fragmentPlace(
  bytes: Uint8Array,
  header: Header,
  purpose: Identity["purpose"],
): Piece | undefined {
  const last = continuationAtEnd(bytes);
  if (purpose === "query" || header.field(14) === "" && last === undefined) return undefined;
  // Pointers are compared as they stand, byte for byte.
  const raw = findHeader(bytes) ?? header;
  const after = valued(raw.field(14));
  const [, pointer = "", style = ""] = last?.split(raw.delimiters.field) ?? [];
  const isFragment = style === "F" || style === "" && (after !== "" || segmentBehindHeader(bytes) !== "MSA");
  const until = isFragment ? valued(pointer) : "";
  if (after === "" && until === "") return undefined;
  return {
    ...(until === "" && OPENING.has(segmentBehindHeader(bytes)) && { mayBeWhole: true }),
    ...(after !== "" && { after }),
    ...(until !== "" && { until }),
    ...(valued(raw.field(15)) === "" && valued(raw.field(16)) !== "" && { isAnsweredAsWhole: true }),
  };
}

/** The last segment, one character a byte, if it is DSC. */
function continuationAtEnd(bytes: Uint8Array): string | undefined {
  let end = bytes.length;
  while (end > 0 && isEnd(bytes[end - 1])) end--;
  let start = end;
  const lowest = Math.max(0, end - DSC_LENGTH_MAX);
  while (start > lowest && bytes[start - 1] !== CR && bytes[start - 1] !== LF) start--;
  return isAt(bytes, start, DSC) ? oneCharacterAByte(bytes.subarray(start, end)) : undefined;
}

/** The id of the segment behind MSH; empty where there is none. */
function segmentBehindHeader(bytes: Uint8Array): string {
  let at = 0;
  while (at < bytes.length && isEnd(bytes[at])) at++;
  while (at < bytes.length && bytes[at] !== CR && bytes[at] !== LF) at++;
  while (at < bytes.length && isEnd(bytes[at])) at++;
  return String.fromCharCode(...bytes.subarray(at, at + 3));
}

function isAt(bytes: Uint8Array, at: number, id: readonly number[]): boolean {
  return bytes[at] === id[0] && bytes[at + 1] === id[1] && bytes[at + 2] === id[2];
}

function isEnd(byte: number): boolean {
  return byte === CR || byte === LF || byte === FS;
}

/** Blanks are no pointer: some senders fill a field with them. */
function valued(text: string): string {
  return text === '""' || text.trim() === "" ? "" : text;
}
