import { errors } from "./errors.ts";

/** A character set in which text can be read and written back. */
export interface Charset {
  /** As a content type names it. */
  readonly name: string;
  /** Fails with CSV_BYTES_INVALID. A byte order mark stays part of the text. */
  decode(bytes: Uint8Array): string;
  /** True where a new value may be written in it. */
  carries(text: string): boolean;
  /** Text that was decoded, and values it carries. */
  encode(text: string): Uint8Array;
}

/**
 * The charset of bytes: what a byte order mark says, otherwise what the label of the content type or the settings says
 * (WHATWG Encoding Standard): UTF-8, UTF-16, or one with a byte for each character. The platform has no table to write
 * the others with, so that they are not read either.
 *
 * Errors: CSV_CHARSET_UNKNOWN.
 */
export function charsetOf(bytes: Uint8Array, label: string): Charset {
  return charset(MARKS.find(([mark]) => mark.every((byte, at) => bytes[at] === byte))?.[1] ?? label);
}

const MARKS: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

const MULTI_BYTE = /^(gb|big5|euc-|iso-2022-|shift_jis|replacement)/;

/** Labels the platform reads as windows-1252, which has more characters than they have. */
const NARROW: Readonly<Record<string, number>> = {
  "us-ascii": 0x7f,
  "ascii": 0x7f,
  "iso-8859-1": 0xff,
  "latin1": 0xff,
};

function charset(label: string): Charset {
  const decoder = decoderOf(label);
  const { encoding } = decoder;
  const known = label.toLowerCase();
  const name = Object.hasOwn(NARROW, known) ? known : encoding;
  const decode = (bytes: Uint8Array) => {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      return errors.fail("CSV_BYTES_INVALID", { charset: name }, cause);
    }
  };
  if (encoding.startsWith("utf-")) {
    const encode = encoding === "utf-8" ? utf8 : utf16(encoding === "utf-16le");
    return { name, decode, carries: (text) => text.isWellFormed(), encode };
  }
  const table = tableOf(encoding), newMax = NARROW[name] ?? 0xffff;
  return {
    name,
    decode,
    carries: (text) => Array.from(text).every((one) => table.has(one) && one.charCodeAt(0) <= newMax),
    encode: (text) => Uint8Array.from(text, (one) => table.get(one)!),
  };
}

function decoderOf(label: string): TextDecoder {
  let decoder: TextDecoder | undefined;
  try {
    decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch {
    // The platform's error quotes the label, which is what somebody sent.
  }
  return decoder && !MULTI_BYTE.test(decoder.encoding) ? decoder : errors.fail("CSV_CHARSET_UNKNOWN");
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function utf16(isLittleEndian: boolean): (text: string) => Uint8Array {
  return (text) => {
    const view = new DataView(new ArrayBuffer(text.length * 2));
    for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), isLittleEndian);
    return new Uint8Array(view.buffer);
  };
}

/** Only of encodings the platform knows, so that there are few. */
const tables = new Map<string, ReadonlyMap<string, number>>();

/** The byte of each character. */
function tableOf(encoding: string): ReadonlyMap<string, number> {
  let table = tables.get(encoding);
  if (!table) {
    const characters = new TextDecoder(encoding).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
    table = new Map(Array.from(characters, (character, byte) => [character, byte]));
    tables.set(encoding, table);
  }
  return table;
}
