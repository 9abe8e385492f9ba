import { errors } from "./errors.ts";

/** How the text of a document becomes bytes and was made of them. */
export interface Encoding {
  /** Its name in the WHATWG Encoding Standard. */
  readonly name: string;
  /** True where it has every character. */
  readonly isWide: boolean;
  /** `undefined` where a character has no bytes. */
  encode(text: string): Uint8Array | undefined;
}

const utf8Encoder = new TextEncoder();

/** What new documents are written in. */
export const UTF8: Encoding = { name: "utf-8", isWide: true, encode: (text) => utf8Encoder.encode(text) };

/** The charset a content type names, verbatim. */
export function charsetOf(contentType = ""): string | undefined {
  return /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1];
}

/**
 * The encoding's name as somebody wrote it: a byte order mark goes before the content type (RFC 7303, 3.2), that before
 * the XML declaration, and that before the default.
 */
export function encodingLabel(bytes: Uint8Array, contentType?: string): string {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  // XML 1.0, appendix F: the first character is always a `<`, or white space.
  if (a === 0 && b !== 0) return "utf-16be";
  if (b === 0 && a !== 0) return "utf-16le";
  const head = String.fromCharCode(...bytes.subarray(0, 256));
  const declared = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1];
  // What can be read byte by byte is not UTF-16, whatever it says: many programs declare the form their text had in memory.
  return charsetOf(contentType) ?? (declared && /^utf-?16/i.test(declared) ? "utf-8" : declared) ?? "utf-8";
}

/** Bytes as text. The array is not kept. Errors: XML_ENCODING_UNKNOWN, XML_BYTES_INVALID. */
export function decode(bytes: Uint8Array, contentType?: string): { text: string; encoding: Encoding } {
  const decoder = decoderOf(encodingLabel(bytes, contentType));
  const encoding = encodingNamed(decoder.encoding);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    return errors.fail("XML_BYTES_INVALID", { encoding: encoding.name }, cause);
  }
  // Some encodings write one text in several ways, and bytes that are not changed have to stay as they are.
  if (!encoding.isWide && !areEqual(encoding.encode(text), bytes)) {
    return errors.fail("XML_BYTES_INVALID", { encoding: encoding.name });
  }
  return { text, encoding };
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch (cause) {
    return errors.fail("XML_ENCODING_UNKNOWN", {}, cause);
  }
}

function areEqual(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, at) => byte === b[at]);
}

function encodingNamed(name: string): Encoding {
  if (name === "utf-8") return UTF8;
  if (name.startsWith("utf-16")) {
    return { name, isWide: true, encode: (text) => encodeUtf16(text, name === "utf-16le") };
  }
  return { name, isWide: false, encode: (text) => encodeByTable(text, tableOf(name)) };
}

function encodeUtf16(text: string, isLittleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), isLittleEndian);
  return new Uint8Array(view.buffer);
}

type Table = ReadonlyMap<string, readonly number[]>;

function encodeByTable(text: string, table: Table): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length * 2);
  let length = 0;
  for (const character of text) {
    const found = table.get(character);
    if (found === undefined) return undefined;
    for (const byte of found) bytes[length++] = byte;
  }
  return bytes.slice(0, length);
}

/** At most as many as the platform knows encodings. */
const tables = new Map<string, Table>();

function tableOf(name: string): Table {
  const known = tables.get(name);
  if (known) return known;
  const table = invert(name);
  tables.set(name, table);
  return table;
}

/**
 * The platform decodes many encodings and encodes one, so its table is turned round: every byte and every pair of bytes
 * is decoded and looked up the other way.
 */
function invert(name: string): Table {
  const sequences = Array.from({ length: 256 }, (_, byte) => [byte]);
  for (let lead = 0x80; lead <= 0xff; lead++) {
    for (let trail = 0x30; trail <= 0xff; trail++) sequences.push([lead, trail]);
  }
  const decoder = new TextDecoder(name, { ignoreBOM: true });
  const table = new Map<string, readonly number[]>();
  for (const sequence of sequences) {
    const text = decoder.decode(Uint8Array.from(sequence));
    const isOne = text.length > 0 && String.fromCodePoint(text.codePointAt(0) as number) === text;
    if (isOne && text !== "\uFFFD" && !table.has(text)) table.set(text, sequence);
  }
  return table;
}
