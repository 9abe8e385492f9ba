import { partOf } from "./parts.ts";
import { labelsIn } from "./labels.ts";
import { lineAt, tryUnwrap, unwrap } from "./wire.ts";
import { charsetToRead, type CharsetWords, checkReadable, inexactCharsetOf } from "../charsets/charset.ts";
import { isAscii } from "../charsets/utf8.ts";
import { completed, type Delimiters, readDelimiters, RECOMMENDED } from "./delimiters.ts";
import { decodeEscapes } from "./escape.ts";

/** The MSH segment of a message, read without the rest of it. */
export class Header {
  readonly delimiters: Delimiters;
  readonly #fields: readonly string[];

  constructor(text: string, delimiters: Delimiters, fields?: readonly string[]) {
    this.#fields = fields ?? text.split(delimiters.field);
    this.delimiters = delimiters;
  }

  /** How many fields it has, with MSH-1 counted for the id. */
  get count(): number {
    return this.#fields.length;
  }

  /** A field as it stands, from MSH-3 on; empty where it is absent. */
  field(n: number): string {
    return this.#fields[n - 1] ?? "";
  }

  /** A component of the first repetition of a field, as it stands. */
  component(field: number, n: number): string {
    const text = this.field(field);
    return text &&
      (partOf(partOf(text, this.delimiters.repetition, 1) ?? "", this.delimiters.component, n) ?? "");
  }

  /** The decoded value of a component. */
  value(field: number, n: number): string {
    return decodeEscapes(this.component(field, n), this.delimiters, () => undefined);
  }
}

const [M, S, H] = [0x4d, 0x53, 0x48];
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the header a message begins with. Fails already here where the message is in a character set that nothing can
 * read, so that its sender hears of it.
 *
 * Errors: HL7V2_MESSAGE_EMPTY, HL7V2_HEADER_MISSING, HL7V2_HEADER_TOO_SHORT, HL7V2_DELIMITERS_INVALID,
 * HL7V2_CHARSET_UNSUPPORTED, HL7V2_BYTES_INVALID.
 */
export function readHeader(bytes: Uint8Array, words: CharsetWords = {}): Header {
  const message = unwrap(bytes), line = lineAt(message, 0);
  const text = decoder.decode(line);
  const plain = new Header(text, readDelimiters(text));
  const field = plain.field(18);
  if (field !== "" || words.charset !== undefined) {
    checkReadable(message, field.split(plain.delimiters.repetition)[0], words);
  }
  if (isAscii(text, line) && !text.includes("\x1b")) return plain;
  const charset = charsetToRead(line, labelsIn(line, text, plain.delimiters), words, text);
  return new Header(charset.decode(line).toWellFormed(), plain.delimiters);
}

/**
 * Finds a header wherever MSH stands at the start of a line or after a space or control character, however broken the
 * message is, with one character a byte, so that fields go into an answer as they came. Delimiters that make no sense
 * are replaced by the recommended ones, as far as the field separator allows, and a subcomponent separator that is left
 * out is added. `undefined` where there is no MSH.
 */
export function findHeader(bytes: Uint8Array): Header | undefined {
  const inner = tryUnwrap(bytes);
  if (inner === undefined) return undefined;
  for (let start = inner.indexOf(M); start >= 0; start = inner.indexOf(M, start + 1)) {
    const isFirst = start === 0 || inner[start - 1] <= 0x20;
    if (!isFirst || inner[start + 1] !== S || inner[start + 2] !== H) continue;
    return tolerantHeader(lineAt(inner, start));
  }
  return undefined;
}

/** The header of a batch or a file: BHS, FHS, whose fields up to the sixth are those of MSH. One character a byte. */
export function batchHeader(segment: Uint8Array): Header {
  const line = lineAt(segment, 0).slice();
  line.set([M, S, H]);
  return tolerantHeader(line);
}

function tolerantHeader(line: Uint8Array): Header {
  const text = oneCharacterAByte(line);
  try {
    const delimiters = completed(readDelimiters(text));
    return new Header(text, delimiters, fieldsOf(line, text, delimiters));
  } catch {
    const field = text[3] ?? "";
    const { encoding } = RECOMMENDED;
    return /^[!-/:-@[-`{-~]$/.test(field) && !encoding.includes(field)
      ? new Header(text, { ...RECOMMENDED, field })
      : new Header("MSH", RECOMMENDED);
  }
}

/** Cut where the separator stands, and not where a second byte looks like it; `undefined` where that is the same. */
function fieldsOf(line: Uint8Array, text: string, delimiters: Delimiters): readonly string[] | undefined {
  // deno-lint-ignore no-control-regex
  if (/^[\0-\x1a\x1c-\x7f]*$/.test(text)) return undefined;
  const charset = inexactCharsetOf(labelsIn(line, text, delimiters));
  return charset?.split(line, delimiters.field.charCodeAt(0)).map(oneCharacterAByte);
}

/** Text of one character a byte, which `bytesOf` turns back into the same bytes. */
export function oneCharacterAByte(bytes: Uint8Array): string {
  const decoded = decoder.decode(bytes);
  if (isAscii(decoded, bytes)) return decoded;
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
