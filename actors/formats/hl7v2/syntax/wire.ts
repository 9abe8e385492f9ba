import { idOf, Segments, type Source } from "./segments.ts";
import type { Delimiters } from "./delimiters.ts";
import { errors } from "../errors.ts";

const LF = 0x0a, VT = 0x0b, CR = 0x0d, FS = 0x1c, M = 0x4d;
const MSH = idOf("MSH");

/** The message within what surrounds it in a file or frame: byte order mark, MLLP bytes, blank lines. A view, no copy. */
export function unwrap(bytes: Uint8Array): Uint8Array {
  let start = 0, end = bytes.length;
  // Nearly every message: nothing in front of MSH, one CR behind it. A view would cost as much as a tenth of the parse.
  if (bytes[0] === M && bytes[end - 1] === CR && bytes[end - 2] > FS) return bytes;
  for (;;) {
    const byte = bytes[start];
    if (byte === VT || byte === CR || byte === LF) start++;
    else if (byte === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3;
    else break;
  }
  while (end > start && (bytes[end - 1] === CR || bytes[end - 1] === LF || bytes[end - 1] === FS)) end--;
  return bytes.subarray(start, end);
}

/** The same for text. */
export function unwrapText(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/^[\uFEFF\x0b\r\n]+/, "").replace(/[\x1c\r\n]+$/, "");
}

/** The first segment of unwrapped text. */
export function headerOf(text: string): string {
  const end = text.search(/[\r\n]/);
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Cuts unwrapped text into segments, without their terminators; blank lines are dropped.
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
  const lines = withCr.split("\r").map((line) => line.replace(/^\n+/, "")).filter((line) =>
    line.trim() !== ""
  );
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
