import { readDelimiters } from "../syntax/delimiters.ts";
import { findHeader, type Header, oneCharacterAByte } from "../syntax/header.ts";
import { CR, LF, unwrap } from "../syntax/wire.ts";

/** A message cut at bytes: no character set is asked, since none has CR within a character. */
export interface CutMessage {
  /** Each without its terminator; the first is MSH. */
  readonly segments: readonly Uint8Array[];
  /** One character a byte, so that all of it goes back as it came. */
  readonly header: Header;
}

/**
 * Cuts a message as `splitSegments` does: what ends MSH decides what ends a segment, and blank lines are dropped.
 *
 * Errors: HL7V2_MESSAGE_EMPTY, HL7V2_HEADER_MISSING, HL7V2_HEADER_TOO_SHORT, HL7V2_DELIMITERS_INVALID.
 */
export function cutMessage(message: Uint8Array): CutMessage {
  const bytes = unwrap(message);
  const segments: Uint8Array[] = [];
  const endsInLf = linesEndInLf(bytes);
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    const byte = bytes[at];
    if (at < bytes.length && byte !== CR && !(byte === LF && (endsInLf || at === start))) continue;
    if (at > start) segments.push(bytes.subarray(start, at));
    start = at + 1;
  }
  const [first = bytes] = segments;
  readDelimiters(oneCharacterAByte(first));
  return { segments, header: findHeader(first)! };
}

function linesEndInLf(bytes: Uint8Array): boolean {
  const cr = bytes.indexOf(CR);
  const lf = (cr < 0 ? bytes : bytes.subarray(0, cr + 2)).indexOf(LF);
  return lf >= 0;
}

/** True where a segment has this id, and ends behind it or goes on with the field separator. */
export function isSegment(segment: Uint8Array, id: string, field: string): boolean {
  return idOf(segment) === id && (segment.length === 3 || segment[3] === field.charCodeAt(0));
}

/** The three characters a segment begins with. */
export function idOf(segment: Uint8Array): string {
  return String.fromCharCode(segment[0], segment[1], segment[2]);
}
