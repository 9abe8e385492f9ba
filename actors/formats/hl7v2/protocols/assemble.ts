import { joinBytes } from "../charsets/utf8.ts";
import { errors } from "../errors.ts";
import { oneCharacterAByte } from "../syntax/header.ts";
import { type CutMessage, cutMessage, idOf, isSegment } from "./_segment_bytes.ts";

const END = Uint8Array.of(0x0d);
/** What a response repeats before it goes on (section 5.6.3). */
const REPEATED = new Set(["MSA", "ERR", "SFT", "UAC", "QAK", "QRD", "QRF", "QPD", "RCP", "QID"]);

/**
 * The message that its fragments are, byte for byte, with CR behind every segment (HL7 v2.9.1 section 2.9.2): MSH of the
 * first, then the segments of all, without DSC and ADD. They are given in any order, since DSC-1 of one is MSH-14 of the
 * next; responses, which have no MSH-14, in the order in which they came. A single message is given back with every ADD
 * joined to the segment before it.
 *
 * Errors: HL7V2_FRAGMENT_MISSING, HL7V2_FRAGMENT_FOREIGN, HL7V2_ADDENDUM_MISSING, HL7V2_ADDENDUM_STRAY;
 * HL7V2_MESSAGE_EMPTY, HL7V2_HEADER_MISSING, HL7V2_HEADER_TOO_SHORT, HL7V2_DELIMITERS_INVALID.
 */
export function assemble(fragments: readonly Uint8Array[]): Uint8Array {
  const ordered = inOrder(fragments.map(readFragment));
  const { field } = ordered[0].header.delimiters;
  const chunks: Uint8Array[] = [ordered[0].segments[0]];
  let isResponse = false, wasCut = false;
  ordered.forEach(({ segments }, nth) => {
    let at = 1;
    const repeats = nth > 0 && isResponse && segments.length > 1 && idOf(segments[1]) === "MSA";
    while (repeats && at < segments.length && REPEATED.has(idOf(segments[at]))) at++;
    if (wasCut && !(at < segments.length && isSegment(segments[at], "ADD", field))) {
      errors.fail("HL7V2_ADDENDUM_MISSING", { fragment: nth + 1 });
    }
    wasCut = false;
    for (; at < segments.length; at++) {
      const segment = segments[at];
      if (!isSegment(segment, "ADD", field)) {
        chunks.push(END, segment);
        isResponse ||= idOf(segment) === "MSA";
      } else {
        if (chunks.length === 1) errors.fail("HL7V2_ADDENDUM_STRAY", { fragment: nth + 1 });
        chunks.push(segment.subarray(4));
        wasCut = segment.length === 3 && at === segments.length - 1 && nth < ordered.length - 1;
      }
    }
  });
  return joinBytes([...chunks, END]);
}

/** A fragment without its DSC. */
interface Fragment extends CutMessage {
  readonly after: string;
  readonly until: string;
}

function readFragment(bytes: Uint8Array): Fragment {
  const { segments, header } = cutMessage(bytes);
  const { field } = header.delimiters;
  const last = segments[segments.length - 1];
  if (!isSegment(last, "DSC", field)) return { segments, header, after: valued(header.field(14)), until: "" };
  const [, until = ""] = oneCharacterAByte(last).split(field);
  return { segments: segments.slice(0, -1), header, after: valued(header.field(14)), until: valued(until) };
}

function valued(text: string): string {
  return text === '""' ? "" : text;
}

/** As they were given, where each leads to the next; otherwise by their pointers. */
function inOrder(given: readonly Fragment[]): readonly Fragment[] {
  const { length } = given;
  const ordered = isChain(given) ? given : byPointers(given);
  if (length === 0 || ordered.length !== length || !isChain(ordered)) {
    errors.fail("HL7V2_FRAGMENT_MISSING", { fragments: length });
  }
  const { field, encoding } = ordered[0].header.delimiters;
  ordered.forEach(({ header: { delimiters } }, nth) => {
    if (delimiters.field === field && delimiters.encoding === encoding) return;
    errors.fail("HL7V2_FRAGMENT_FOREIGN", { fragment: nth + 1 });
  });
  return ordered;
}

function byPointers(given: readonly Fragment[]): readonly Fragment[] {
  const following = new Map(given.map((one) => [one.after, one]));
  const ordered: Fragment[] = [];
  for (let one = following.get(""); one && ordered.length < given.length;) {
    ordered.push(one);
    one = one.until === "" ? undefined : following.get(one.until);
  }
  return ordered;
}

/** True for all fragments of one message, in order. */
function isChain(fragments: readonly Fragment[]): boolean {
  const isAsked = fragments.every(({ after }) => after === "");
  return fragments.every(({ after, until }, nth) => {
    const before = nth === 0 ? "" : fragments[nth - 1].until;
    const leadsOn = nth < fragments.length - 1 ? until !== "" : until === "";
    return leadsOn && (isAsked || after === before);
  });
}
