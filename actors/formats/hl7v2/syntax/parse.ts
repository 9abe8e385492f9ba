import { LongList } from "../../../../runtime/contract/long_list.ts";
import { Segments } from "./segments.ts";
import { labelsIn } from "./labels.ts";
import { headerOf } from "./parts.ts";
import { splitSegments, unwrap, unwrapText } from "./wire.ts";
import {
  type Charset,
  charsetToRead,
  charsetToWrite,
  type CharsetWords,
  type ExactCharset,
} from "../charsets/charset.ts";
import { isAscii, utf8 } from "../charsets/utf8.ts";
import { wideCharsetOf } from "../charsets/wide.ts";
import { type Delimiters, readDelimiters } from "./delimiters.ts";

/** A message taken apart as far as it always is. */
export interface Parsed {
  readonly delimiters: Delimiters;
  readonly segments: Segments;
  /** Left open where the message is all ASCII. */
  readonly charset?: Charset;
  /** What the caller says of the character set; for text beyond ASCII that comes later. */
  readonly words: CharsetWords;
  /** The segments as they came, where the character set does not give the bytes back. */
  readonly originals?: LongList<Uint8Array>;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads a message from text, already decoded by somebody else. Errors: as of `parseBytes`, but for its character set. */
export function parseText(input: string, words: CharsetWords): Parsed {
  return parsed(unwrapText(input.toWellFormed()), words);
}

/**
 * Reads a message from bytes.
 *
 * Errors: as of `readDelimiters` and `splitSegments`; HL7V2_CHARSET_UNSUPPORTED, HL7V2_BYTES_INVALID.
 */
export function parseBytes(input: Uint8Array, words: CharsetWords): Parsed {
  const wide = wideCharsetOf(input);
  if (wide) return parsed(unwrapText(wide.decode(input)), words, wide);
  const bytes = unwrap(input);
  const text = decoder.decode(bytes);
  // ESC may switch alphabets within ASCII.
  if (isAscii(text, bytes) && !text.includes("\x1b")) return parsed(text, words);

  const delimiters = readDelimiters(text);
  const charset = charsetToRead(bytes, labelsIn(bytes, headerOf(text), delimiters), words, text);
  if (charset === utf8) return parsed(text, words, utf8);
  if (charset.isExact) return parsed(charset.decode(bytes), words, charset);
  // Segments are cut at bytes here: the second byte of a character may look like a delimiter, but never like CR.
  const latin1 = charsetToWrite("windows-1252");
  const originals = splitSegments(latin1.decode(bytes), delimiters).all()
    .map((segment) => latin1.encode(segment) as Uint8Array);
  return {
    delimiters,
    segments: Segments.of(LongList.of(originals.map((bytes) => charset.decode(bytes)))),
    charset,
    words,
    originals: LongList.of(originals),
  };
}

function parsed(text: string, words: CharsetWords, charset?: ExactCharset): Parsed {
  const delimiters = readDelimiters(text);
  const segments = splitSegments(text, delimiters);
  return charset === undefined ? { delimiters, segments, words } : { delimiters, segments, charset, words };
}
