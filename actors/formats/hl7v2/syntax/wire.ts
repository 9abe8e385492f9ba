import { idOf, Segments, type Source } from "./segments.ts";
import type { Delimiters } from "./delimiters.ts";
import { wideCharsetOf } from "../charsets/wide.ts";
import { errors } from "../errors.ts";

/** What ends a line, and what surrounds a message in an MLLP frame. */
export const LF = 0x0a, VT = 0x0b, CR = 0x0d, FS = 0x1c;
const M = 0x4d;
const MSH = idOf("MSH");
const encoder = new TextEncoder();

/**
 * The message within what surrounds it in a file or frame: byte order mark, MLLP bytes, blank lines and blanks, and at
 * the end NUL and Ctrl-Z. A view, no copy, except of UTF-16 and UTF-32, which are turned into UTF-8.
 */
export function unwrap(bytes: Uint8Array): Uint8Array {
  // Nearly every message: nothing in front of MSH, one CR behind it. A view would cost as much as a tenth of the parse.
  if (bytes[0] === M && bytes[1] !== 0 && bytes[bytes.length - 1] === CR && bytes[bytes.length - 2] > FS) {
    return bytes;
  }
  const narrow = narrowed(bytes);
  if (narrow !== bytes) return unwrap(narrow);
  const [start, end] = edgesOf(bytes.length, (at) => bytes[at], (at) => isMark(bytes, at) ? 3 : 0);
  return bytes.subarray(start, end);
}

/** The same; `undefined` where the bytes begin as UTF-16 or UTF-32 and do not go on so. */
export function tryUnwrap(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return unwrap(bytes);
  } catch {
    return undefined;
  }
}

/** The same for text. */
export function unwrapText(text: string): string {
  const codeAt = (at: number) => text.charCodeAt(at);
  const [start, end] = edgesOf(text.length, codeAt, (at) => codeAt(at) === 0xfeff ? 1 : 0);
  return text.slice(start, end);
}

/** UTF-16 and UTF-32 as UTF-8, and all other bytes as they are. Errors: HL7V2_BYTES_INVALID. */
export function narrowed(bytes: Uint8Array): Uint8Array {
  const wide = wideCharsetOf(bytes);
  return wide ? encoder.encode(wide.decode(bytes)) : bytes;
}

/** True where a byte order mark of UTF-8 begins. */
export function isMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

function edgesOf(
  length: number,
  codeAt: (at: number) => number,
  markAt: (at: number) => number,
): readonly [start: number, end: number] {
  let start = 0, end = length;
  while (start < length && (isAround(codeAt(start)) || markAt(start) > 0)) start += markAt(start) || 1;
  while (end > start && isBehind(codeAt(end - 1))) end--;
  // What stands before the last CR is content, unless it ends a frame.
  let last = end;
  while (last < length && isBehind(codeAt(last)) && codeAt(last) !== CR && codeAt(last) !== FS) last++;
  return [start, last < length && codeAt(last) === CR ? last : end];
}

function isAround(code: number): boolean {
  return code <= 0x20 && (code === VT || code === 0x20 || code === 0x09 || isBehind(code));
}

function isBehind(code: number): boolean {
  return code === CR || code === LF || code === FS || code === 0x00 || code === 0x1a;
}

/** The same of bytes: the line from `start` on. */
export function lineAt(bytes: Uint8Array, start: number): Uint8Array {
  let end = start;
  while (end < bytes.length && bytes[end] !== CR && bytes[end] !== LF) end++;
  return bytes.subarray(start, end);
}

/**
 * Cuts unwrapped text into segments, without their terminators; blank lines are dropped, and so are blanks,
 * MLLP bytes and NUL in front of a segment, which are in no field.
 *
 * What ends MSH decides what ends a segment. After a lone CR, which the standard demands, an LF is content, as it is
 * in reports sent as text. After LF or CRLF, as in files, any of CR, LF and CRLF ends a segment.
 *
 * Errors: HL7V2_SEGMENT_INVALID, HL7V2_MESSAGE_NOT_ALONE.
 */
export function splitSegments(text: string, delimiters: Delimiters): Segments {
  const field = delimiters.field.charCodeAt(0);
  // Nearly every message is written as the standard says. Others are put that way.
  const withCr = linesEndInLf(text) ? text.replaceAll("\r\n", "\r").replaceAll("\n", "\r") : text;
  const asItCame = sourceOf(terminated(withCr), field);
  if (asItCame) return new Segments(asItCame);
  const lines = withCr.split("\r").map(withoutFront).filter((line) => line !== "");
  const source = sourceOf(terminated(lines.join("\r")), field);
  if (source) return new Segments(source);
  const segment = lines.findIndex((line) => segmentId(line, 0, line.length, field) < 0) + 1;
  return errors.fail("HL7V2_SEGMENT_INVALID", { segment });
}

/** The segments where nothing but one CR stands between two of them; otherwise `undefined`. */
function sourceOf(text: string, field: number): Source | undefined {
  const starts: number[] = [], ids: number[] = [];
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\r", start);
    const id = segmentId(text, start, end, field);
    if (id < 0) return undefined;
    if (id === MSH && start > 0) errors.fail("HL7V2_MESSAGE_NOT_ALONE", { segment: ids.length + 1 });
    ids.push(id);
    starts.push(start);
    start = end + 1;
  }
  return { text, starts, ids };
}

function withoutFront(line: string): string {
  let start = 0;
  while (start < line.length && isAround(line.charCodeAt(start))) start++;
  return line.slice(start);
}

function terminated(text: string): string {
  return text.endsWith("\r") ? text : text + "\r";
}

function linesEndInLf(text: string): boolean {
  const firstLf = text.indexOf("\n");
  if (firstLf < 0) return false;
  const firstCr = text.indexOf("\r");
  return firstCr < 0 || firstLf <= firstCr + 1;
}

/** The id of the segment between `start` and `end`, as by `idOf`; -1 where there is none. */
function segmentId(text: string, start: number, end: number, field: number): number {
  const first = text.charCodeAt(start),
    second = text.charCodeAt(start + 1),
    third = text.charCodeAt(start + 2);
  const isSegment = end - start >= 3 && isIdCharacter(first) && isIdCharacter(second) &&
    isIdCharacter(third) &&
    (end - start === 3 || text.charCodeAt(start + 3) === field);
  return isSegment ? first << 16 | second << 8 | third : -1;
}

function isIdCharacter(code: number): boolean {
  return code >= 0x41 && code <= 0x5a || code >= 0x30 && code <= 0x39;
}
