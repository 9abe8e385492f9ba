import { idOf, Segments } from "./segments.ts";
import type { Delimiters } from "./delimiters.ts";
import { errors } from "../errors.ts";

/** What ends a line, and what surrounds a message in an MLLP frame. */
export const LF = 0x0a, VT = 0x0b, CR = 0x0d, FS = 0x1c;
const M = 0x4d;
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
  const firstCr = text.indexOf("\r"), firstLf = text.indexOf("\n");
  const linesEndInLf = firstLf >= 0 && (firstCr < 0 || firstLf <= firstCr + 1);
  const rest = linesEndInLf ? text.replaceAll("\n", "\r") : text;
  const field = delimiters.field.charCodeAt(0);
  const places: number[] = [], ids: number[] = [];
  for (let start = 0; start < rest.length;) {
    const found = rest.indexOf("\r", start);
    const end = found < 0 ? rest.length : found;
    while (start < end && rest.charCodeAt(start) === LF) start++;
    if (end > start) {
      if (isSegment(rest, start, end, field)) {
        const id = idOf(rest, start);
        if (id === MSH && ids.length > 0) errors.fail("HL7V2_MESSAGE_NOT_ALONE", { segment: ids.length + 1 });
        ids.push(id);
        places.push(start, end);
      } else if (rest.slice(start, end).trim() !== "") {
        errors.fail("HL7V2_SEGMENT_INVALID", { segment: ids.length + 1 });
      }
    }
    start = end + 1;
  }
  return new Segments(rest, places, ids);
}

function isSegment(text: string, start: number, end: number, field: number): boolean {
  return end - start >= 3 && isIdCharacter(text.charCodeAt(start)) &&
    isIdCharacter(text.charCodeAt(start + 1)) && isIdCharacter(text.charCodeAt(start + 2)) &&
    (end - start === 3 || text.charCodeAt(start + 3) === field);
}

function isIdCharacter(code: number): boolean {
  return code >= 0x41 && code <= 0x5a || code >= 0x30 && code <= 0x39;
}
