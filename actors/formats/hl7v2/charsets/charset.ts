import { errors } from "../errors.ts";
import type { Charset, ExactCharset, InexactCharset } from "./_charset.ts";
import { doubleByte } from "./_double_byte.ts";
import { iso2022Jp } from "./_iso_2022_jp.ts";
import { isUnreadable, labelOf, nameOf } from "./_labels.ts";
import { singleByte } from "./_single_byte.ts";
import { decodeUtf8, utf8, utf8WithStrays } from "./utf8.ts";
import { utf16, utf32 } from "./wide.ts";

export type { Charset, ExactCharset } from "./_charset.ts";
export { READABLE_LABELS } from "./_labels.ts";

/** What somebody who knows the sender says of its character set. A label nobody knows says nothing. */
export interface CharsetWords {
  /** Holds whatever MSH-18 says. */
  readonly charset?: string;
  /** Holds where MSH-18 is empty, or names nothing that is known. */
  readonly defaultCharset?: string;
}

/**
 * The character set of bytes that are not all ASCII (HL7 v2.9.1 MSH-18, table 0211, and the labels senders really
 * write). What MSH-18 says and what is sent often differ, so the bytes have a say:
 *
 * | MSH-18 | read as |
 * |---|---|
 * | empty, ASCII, unknown, 8859/1 | UTF-8 where all of it is valid UTF-8, otherwise windows-1252 |
 * | UTF-8 | UTF-8; with stray bytes kept apart where some of it is; windows-1252 where none of it is |
 * | any other that can be read | that |
 *
 * Valid UTF-8 beyond ASCII is no accident in Latin text (it would read as `Ã` followed by a symbol), which is why a
 * label of 8859/1 yields to it; in other alphabets it can be one, so their labels stand. So does what `words` say.
 *
 * `labels` are the repetitions of MSH-18. The first counts. Others name sets that escape sequences switch to: those of
 * Japanese are followed where ESC is there and the first is ASCII. `asUtf8` is the bytes decoded as UTF-8, for whoever
 * has them so: they need not be decoded again to know whether they are.
 *
 * Errors: HL7V2_CHARSET_UNSUPPORTED.
 */
export function charsetToRead(
  bytes: Uint8Array,
  labels: readonly string[],
  words: CharsetWords,
  asUtf8 = "\uFFFD",
): Charset {
  const told = nameOf(words.charset ?? "");
  const said = nameOf(labels[0] ?? "");
  const isSure = told !== undefined || said === undefined || said === "ascii";
  const switched = bytes.includes(ESC) ? japaneseOf(labels) : undefined;
  const name = told ?? switched ?? (isSure ? nameOf(words.defaultCharset ?? "") : said);
  const isUtf8 = !asUtf8.includes("\uFFFD") || decodeUtf8(bytes) !== undefined;
  if (name === "utf-8") return isUtf8 ? utf8 : utf8WithStrays(bytes) ?? named("windows-1252");
  if (name === undefined || name === "ascii" || name === "utf-16" || name === "utf-32") {
    return isUtf8 ? utf8 : named("windows-1252");
  }
  return isUtf8 && !isSure && name === "iso-8859-1" ? utf8 : named(name);
}

const ESC = 0x1b;
const JAPANESE: ReadonlySet<string | undefined> = new Set(["iso-2022-jp", "iso-2022-jp-1", "jis-x-0201"]);

/** Japanese by escape sequences, where the first repetition of MSH-18 leaves room for it and one of them names it. */
function japaneseOf(labels: readonly string[]): string | undefined {
  const [first, ...others] = labels.map(nameOf);
  const isOpen = first === undefined || first === "ascii" || JAPANESE.has(first);
  if (!isOpen || ![first, ...others].some((name) => JAPANESE.has(name))) return undefined;
  return [first, ...others].includes("iso-2022-jp-1") ? "iso-2022-jp-1" : "iso-2022-jp";
}

/**
 * The character set of new text in a message that is all ASCII: UTF-8 where nobody names one that is known, and where
 * one is named that a message in ASCII cannot be in.
 */
export function charsetToExtend(labels: readonly string[], words: CharsetWords): Charset {
  const name = nameOf(words.charset ?? "") ?? saidBy(labels) ?? nameOf(words.defaultCharset ?? "");
  if (name === undefined || name.startsWith("utf-")) return utf8;
  // Nothing but ASCII can be written in what has no table.
  return isUnreadable(name) ? { ...ascii, name } : named(name);
}

/** The character set of a message whose MSH-18 was set: UTF-8 where nobody knows it. Errors: HL7V2_CHARSET_UNSUPPORTED. */
export function charsetSaidBy(labels: readonly string[]): Charset {
  return named(saidBy(labels) ?? "utf-8");
}

function saidBy(labels: readonly string[]): string | undefined {
  const said = nameOf(labels[0] ?? "");
  return said === undefined || said === "ascii" ? japaneseOf(labels) ?? said : said;
}

/** The character set that labels name, where it has bytes that look like ASCII and are not. */
export function inexactCharsetOf(labels: readonly string[]): InexactCharset | undefined {
  const name = saidBy(labels);
  if (name === undefined || !DOUBLE_BYTE.has(name) && !JAPANESE.has(name)) return undefined;
  const charset = named(name);
  return charset.isExact ? undefined : charset;
}

/** The character set a whole message is written in, by its label. Errors: HL7V2_CHARSET_UNSUPPORTED. */
export function charsetToWrite(label: string): Charset {
  return named(nameOf(label) ?? label);
}

/** True where a label of MSH-18 names a character set. */
export function isLabelOf(label: string, { name }: Charset): boolean {
  return nameOf(label) === name;
}

/** What MSH-18 calls a character set. */
export function hl7LabelOf({ name }: Charset): string {
  return labelOf(name);
}

/**
 * Fails where MSH-18 names a character set that is known and that nothing here can read, unless all of the bytes are
 * ASCII. Errors: HL7V2_CHARSET_UNSUPPORTED.
 */
export function checkReadable(bytes: Uint8Array, label: string, words: CharsetWords): void {
  const name = nameOf(words.charset ?? "") ?? nameOf(label);
  if (name !== undefined && isUnreadable(name) && bytes.some((byte) => byte >= 0x80 || byte === ESC)) {
    unsupported(name);
  }
}

function unsupported(name: string): never {
  return errors.fail("HL7V2_CHARSET_UNSUPPORTED", { charset: name, path: "MSH-18" });
}

/** Only of names the platform knows: senders write anything into MSH-18. */
const made = new Map<string, Charset>();

function named(name: string): Charset {
  let charset = made.get(name);
  if (charset === undefined) made.set(name, charset = make(name));
  return charset;
}

function make(name: string): Charset {
  if (name === "utf-8") return utf8;
  if (name === "utf-16") return utf16;
  if (name === "utf-32") return utf32;
  if (name === "ascii") return ascii;
  // Often Shift_JIS in truth: read as that, written with what both have.
  if (name === "jis-x-0201") return doubleByte(name, "shift_jis", 1);
  if (name === "iso-2022-jp" || name === "iso-2022-jp-1") return iso2022Jp(name, name === "iso-2022-jp-1");
  if (isUnreadable(name) || nameOf(name) === undefined) return unsupported(name);
  return DOUBLE_BYTE.has(name)
    ? doubleByte(name, name)
    : singleByte(name, name, name.startsWith("iso-8859-"));
}

const DOUBLE_BYTE: ReadonlySet<string> = new Set(["gb18030", "gbk", "big5", "euc-jp", "euc-kr", "shift_jis"]);

const ascii: ExactCharset = {
  name: "ascii",
  isExact: true,
  decode: utf8.decode,
  carries: isAscii,
  encode: (text) => isAscii(text) ? utf8.encode(text) : undefined,
};

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
