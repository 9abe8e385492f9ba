import { multiByte } from "./_multi_byte.ts";
import { type Charset, singleByte } from "./_single_byte.ts";
import { decodeUtf8, utf8, utf8WithStrays } from "./utf8.ts";

export type { Charset } from "./_single_byte.ts";

/**
 * Character sets of a message (HL7 v2.9.1 MSH-18, table 0211, and the labels senders really write). What is said and
 * what is sent often differ, so the bytes have a say:
 *
 * | MSH-18 | read as |
 * |---|---|
 * | empty, ASCII, unknown, 8859/1 | UTF-8 where all of it is valid UTF-8, otherwise windows-1252 |
 * | UTF-8 | UTF-8; with stray bytes kept apart where some of it is; windows-1252 where none of it is |
 * | any other the platform can decode | that |
 *
 * Valid UTF-8 beyond ASCII is no accident in Latin text (it would read as `Ã` followed by a symbol), which is why a
 * label of 8859/1 yields to it; in other alphabets it can be one, so their labels stand. An empty label would mean
 * ASCII; a new value is then written as UTF-8.
 */
export function charsetOf(label: string, bytes?: Uint8Array): Charset {
  const name = nameOf(label);
  if (bytes === undefined) return named(name) ?? utf8;
  const isUtf8 = decodeUtf8(bytes) !== undefined;
  if (name === "utf-8") return isUtf8 ? utf8 : utf8WithStrays(bytes) ?? windows1252();
  const other = name === "ascii" ? undefined : named(name);
  return isUtf8 && (other === undefined || name === "iso-8859-1") ? utf8 : other ?? windows1252();
}

/** Only of names the platform knows: senders write anything into MSH-18. */
const made = new Map<string, Charset>();

function named(name: string): Charset | undefined {
  const known = made.get(name);
  if (known) return known;
  const charset = make(name);
  if (charset) made.set(name, charset);
  return charset;
}

function make(name: string): Charset | undefined {
  if (name === "") return undefined;
  if (name === "utf-8") return utf8;
  if (name === "ascii") return ascii;
  // The platform reads this label as windows-1252, which has characters where 8859/1 has controls.
  if (name === "iso-8859-1") return singleByte(name, "windows-1252", 0xff);
  try {
    // Throws where the platform does not know the label.
    const platformName = new TextDecoder(name).encoding;
    if (platformName === "utf-8") return utf8;
    if (platformName.startsWith("utf-16") || platformName === "replacement") return undefined;
    return MULTI_BYTE.has(platformName) ? multiByte(platformName) : singleByte(platformName, platformName);
  } catch {
    return undefined;
  }
}

const ascii: Charset = {
  name: "ascii",
  isExact: true,
  decode: utf8.decode,
  carries: isAscii,
  encode: (text) => isAscii(text) ? utf8.encode(text) : undefined,
};

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

function windows1252(): Charset {
  return named("windows-1252") as Charset;
}

const MULTI_BYTE: ReadonlySet<string> = new Set([
  "gb18030",
  "gbk",
  "big5",
  "euc-jp",
  "euc-kr",
  "iso-2022-jp",
  "shift_jis",
]);

/** Labels of table 0211, and other spellings, that are no label of the WHATWG Encoding Standard. */
const NAMES: Readonly<Record<string, string>> = {
  "": "",
  "ASCII": "ascii",
  "USASCII": "ascii",
  "ISOIR6": "ascii",
  "UNICODE": "utf-8",
  "UNICODEUTF8": "utf-8",
  "UTF8": "utf-8",
  "GB180302000": "gb18030",
  "KSX1001": "euc-kr",
  "BIG5": "big5",
  "ISOIR14": "shift_jis",
  "ISOIR87": "iso-2022-jp",
  "ISOIR159": "iso-2022-jp",
};

function nameOf(label: string): string {
  const plain = label.toUpperCase().replace(/[^A-Z0-9/]/g, "");
  const part = /^(?:ISO)?8859\/?(\d{1,2})$/.exec(plain)?.[1];
  if (part !== undefined) return `iso-8859-${part}`;
  const registered = /^ISOIR(\d+)$/.exec(plain)?.[1];
  return NAMES[plain] ?? (registered === undefined ? label.trim().toLowerCase() : `iso-ir-${registered}`);
}
