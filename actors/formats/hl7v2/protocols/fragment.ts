import { joinBytes } from "../charsets/utf8.ts";
import { errors } from "../errors.ts";
import type { Header } from "../syntax/header.ts";
import { bytesOf } from "../syntax/own_segment.ts";
import { cutAt } from "./_cut_at.ts";
import { type CutMessage, cutMessage, idOf } from "./_segment_bytes.ts";

const END = Uint8Array.of(0x0d);
const MARKER = bytesOf("ADD\r");
/** What cannot be continued by ADD. */
const UNDIVIDED = new Set(["MSH", "MSA", "DSC", "PID", "QRD", "QRF", "URD", "URS"]);
/** A segment is cut only where so much of it goes into the fragment. */
const CUT_LEAST = 16;

/**
 * A message in fragments of at most `bytesMax` bytes each (HL7 v2.9.1 section 2.9.2): cut between segments and, where a
 * segment is larger than a fragment, within it by ADD. A message that is small enough is the only one.
 *
 * The first fragment has the message's own MSH. Those that follow have it with a control id and a continuation pointer
 * made of MSH-10 (`4711-2`, `4711-3`), and without a sequence number. {@linkcode assemble} gives the message back byte
 * for byte, with CR behind every segment, but for an ADD of its own, which is joined to what it continues.
 *
 * Errors: HL7V2_FRAGMENT_TOO_SMALL where MSH, or a segment that must stay whole (PID and those of a query), is too large;
 * HL7V2_FRAGMENT_UNNAMED where MSH-10 is empty; HL7V2_FRAGMENT_NESTED for what is a fragment already;
 * HL7V2_MESSAGE_EMPTY, HL7V2_HEADER_MISSING, HL7V2_HEADER_TOO_SHORT, HL7V2_DELIMITERS_INVALID.
 */
export function fragment(message: Uint8Array, bytesMax: number): readonly Uint8Array[] {
  const cut = cutMessage(message);
  const size = cut.segments.reduce((sum, { length }) => sum + length + 1, 0);
  if (size <= bytesMax) return [joinBytes(cut.segments.flatMap((segment) => [segment, END]))];
  return [...fragmentsOf(cut, size, bytesMax)];
}

function* fragmentsOf(
  { segments, header }: CutMessage,
  size: number,
  bytesMax: number,
): Generator<Uint8Array> {
  if (header.field(10) === "") errors.fail("HL7V2_FRAGMENT_UNNAMED");
  if (header.field(14) !== "" || idOf(segments.at(-1)!) === "DSC") errors.fail("HL7V2_FRAGMENT_NESTED");
  const addendum = bytesOf(`ADD${header.delimiters.field}`);
  let left = size - segments[0].length - 1;
  let frame = frameOf(header, segments[0], 1, bytesMax);
  for (let number = 2, at = 1, from = 0; at < segments.length; number++) {
    const next = frameOf(header, continued(header, number), number, bytesMax);
    const isLast = left + (from > 0 ? addendum.length : 0) <= frame.room + frame.dsc.length;
    const chunks = [frame.head, END];
    let room = isLast ? frame.room + frame.dsc.length : frame.room;
    for (; at < segments.length; at++, from = 0) {
      const segment = segments[at], prefix = from > 0 ? [addendum] : [];
      const needed = segment.length - from + 1 + (from > 0 ? addendum.length : 0);
      if (needed <= room) {
        chunks.push(...prefix, segment.subarray(from), END);
        room -= needed;
        left -= segment.length - from + 1;
        continue;
      }
      const roomToCut = room - (from > 0 ? addendum.length : 0) - 1 - MARKER.length;
      if (from === 0 && needed <= next.room) break;
      if (roomToCut >= CUT_LEAST && !UNDIVIDED.has(idOf(segment))) {
        const to = cutAt(segment, from, from + roomToCut);
        chunks.push(...prefix, segment.subarray(from, to), END, MARKER);
        left -= to - from;
        from = to;
      } else if (chunks.length === 2) errors.fail("HL7V2_FRAGMENT_TOO_SMALL", { bytesMax, segment: at + 1 });
      break;
    }
    yield joinBytes(at < segments.length ? [...chunks, frame.dsc] : chunks);
    frame = next;
  }
}

/** What stands around the segments of one fragment. */
interface Frame {
  readonly head: Uint8Array;
  readonly dsc: Uint8Array;
  /** How many bytes of segments there are between. */
  readonly room: number;
}

function frameOf(header: Header, head: Uint8Array, number: number, bytesMax: number): Frame {
  const { field } = header.delimiters;
  const dsc = bytesOf(["DSC", nameOf(header, number + 1), "F\r"].join(field));
  return { head, dsc, room: bytesMax - head.length - END.length - dsc.length };
}

/** The MSH of a fragment that is not the first. */
function continued(header: Header, number: number): Uint8Array {
  const name = nameOf(header, number);
  const own: Readonly<Record<number, string>> = { 10: name, 13: "", 14: name };
  const fields = Array.from(
    { length: Math.max(header.count, 14) },
    (_, at) => own[at + 1] ?? header.field(at + 1),
  );
  return bytesOf(fields.join(header.delimiters.field));
}

/** Control id of a fragment, and the pointer that leads to it. */
function nameOf(header: Header, number: number): string {
  return `${header.field(10)}-${number}`;
}
