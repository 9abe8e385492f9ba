import { LongList } from "../../../../runtime/contract/long_list.ts";
import { partOf } from "./parts.ts";
import { Segments } from "./segments.ts";
import { headerOf, splitSegments, unwrap, unwrapText } from "./wire.ts";
import { type Charset, charsetOf } from "../charsets/charset.ts";
import { type Delimiters, readDelimiters } from "./delimiters.ts";

/** A message taken apart as far as it always is. */
export interface Parsed {
  readonly delimiters: Delimiters;
  readonly segments: Segments;
  /** Left open where the message is all ASCII. */
  readonly charset?: Charset;
  /** The segments as they came, where the character set does not give the bytes back. */
  readonly originals?: LongList<Uint8Array | undefined>;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads a message from text, already decoded by somebody else. */
export function parseText(input: string, label?: string): Parsed {
  const text = unwrapText(input.toWellFormed());
  const delimiters = readDelimiters(text);
  return ascii(text, delimiters, label);
}

/** Reads a message from bytes; `label` names their character set and beats MSH-18. */
export function parseBytes(input: Uint8Array, label?: string): Parsed {
  const bytes = unwrap(input);
  const text = decoder.decode(bytes);
  const delimiters = readDelimiters(text);
  // A decoded character beyond ASCII is shorter than its bytes, unless it stands for a broken one. ESC may switch
  // alphabets within ASCII.
  const isAscii = text.length === bytes.length && !text.includes("\uFFFD") && !text.includes("\x1b");
  if (isAscii) return ascii(text, delimiters, label);

  const charset = charsetOf(label ?? labelOf(headerOf(text), delimiters), bytes);
  if (charset.isExact) {
    return { delimiters, segments: splitSegments(charset.decode(bytes), delimiters), charset };
  }
  // Segments are cut at bytes here: the second byte of a character may look like a delimiter, but never like CR.
  const oneByteEach = charsetOf("windows-1252");
  const originals = splitSegments(oneByteEach.decode(bytes), delimiters).all()
    .map((segment) => oneByteEach.encode(segment) as Uint8Array);
  return {
    delimiters,
    segments: Segments.of(LongList.of(originals.map((bytes) => charset.decode(bytes)))),
    charset,
    originals: LongList.of(originals),
  };
}

/** The character set an MSH segment names: the first repetition of MSH-18. */
export function labelOf(header: string, delimiters: Delimiters): string {
  return partOf(partOf(header, delimiters.field, 18) ?? "", delimiters.repetition, 1) ?? "";
}

function ascii(text: string, delimiters: Delimiters, label: string | undefined): Parsed {
  const segments = splitSegments(text, delimiters);
  return label === undefined ? { delimiters, segments } : { delimiters, segments, charset: charsetOf(label) };
}
