import { type Delimiters, NO_DELIMITER } from "./delimiters.ts";

/**
 * Escape sequences (HL7 v2.9.1 section 2.6). Reading decodes the delimiters (`\F\ \S\ \T\ \R\ \E\ \P\`) and hexadecimal
 * data (`\X41\`) that is text in the message's character set. Markup that has no plain text, such as `\H\`, `\.br\`,
 * `\C2842\`, `\Z99\`, is handed out as it stands, and taken back as it stands when it is written: so a copy through
 * `get` and `set` keeps formatting, and `get` after `set` gives what was set. Anything else with the escape character
 * in it is literal text.
 */

/** Reads bytes of `\X..\` as text; `undefined` where they are none. */
export type HexReader = (bytes: Uint8Array) => string | undefined;

/** Decoded text, or a sequence that has no plain text: what stands between its escape characters. */
export type Token = string | { readonly markup: string };

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f]/;

/** Text is handed out in pieces of at most this many characters. */
const PIECE = 1 << 16;

/** Encoded text to value. */
export function decodeEscapes(text: string, delimiters: Delimiters, readHex: HexReader): string {
  const { escape } = delimiters;
  if (!text.includes(escape)) return text;
  let value = "";
  for (const token of tokensOf(text, delimiters, readHex)) {
    value += typeof token === "string" ? token : escape + token.markup + escape;
  }
  return value;
}

/**
 * Encoded text in pieces, for what is too long to be decoded whole or has markup that is to be carried out. Text between
 * two tokens of markup may come as several; sequences and characters are never cut in two.
 */
export function* tokensOf(encoded: string, delimiters: Delimiters, readHex: HexReader): Generator<Token> {
  const { escape } = delimiters;
  let copied = 0;
  for (let at = encoded.indexOf(escape); at >= 0;) {
    const end = encoded.indexOf(escape, at + 1);
    if (end < 0) break;
    const body = encoded.slice(at + 1, end);
    const plain = plainTextOf(body, delimiters, readHex);
    if (plain === undefined && !isMarkup(body)) {
      at = end;
      continue;
    }
    if (at - copied > PIECE) yield* slicesOf(encoded, copied, at);
    else if (at > copied) yield encoded.slice(copied, at);
    yield plain ?? { markup: body };
    copied = end + 1;
    at = encoded.indexOf(escape, copied);
  }
  yield* slicesOf(encoded, copied, encoded.length);
}

function* slicesOf(text: string, from: number, to: number): Generator<string> {
  for (let start = from; start < to;) {
    let end = Math.min(start + PIECE, to);
    const isFirstHalf = end < to && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
    if (isFirstHalf && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end++;
    yield text.slice(start, end);
    start = end;
  }
}

/** Encoded text with other bytes in its hexadecimal data; `recode` gives none where it is to stay. */
export function recodeHex(
  text: string,
  delimiters: Delimiters,
  recode: (bytes: Uint8Array) => Uint8Array | undefined,
): string {
  const { escape } = delimiters;
  let recoded = "", copied = 0;
  for (let at = text.indexOf(escape); at >= 0;) {
    const end = text.indexOf(escape, at + 1);
    if (end < 0) break;
    const body = text.slice(at + 1, end), bytes = hexOf(body), others = bytes && recode(bytes);
    if (others) {
      recoded += `${text.slice(copied, at)}${escape}X${others.toHex().toUpperCase()}`;
      copied = end;
    }
    const isSequence = bytes || isMarkup(body) || /^[FSTREP]$/.test(body);
    at = isSequence ? text.indexOf(escape, end + 1) : end;
  }
  return recoded + text.slice(copied);
}

/** Value to encoded text. */
export function encodeEscapes(value: string, delimiters: Delimiters, readHex: HexReader): string {
  const { escape, truncation } = delimiters;
  let text = "";
  for (let at = 0; at < value.length; at++) {
    const character = value[at];
    if (character === escape) {
      const end = value.indexOf(escape, at + 1);
      const body = end < 0 ? "" : value.slice(at + 1, end);
      if (isMarkup(body) && plainTextOf(body, delimiters, readHex) === undefined) {
        text += value.slice(at, end + 1);
        at = end;
      } else {
        text += `${escape}E${escape}`;
      }
    } else {
      text += escapeOf(character, delimiters);
    }
  }
  // The truncation character only means truncation where a value ends (section 2.5.5.2).
  return truncation !== undefined && text.endsWith(truncation)
    ? `${text.slice(0, -1)}${escape}P${escape}`
    : text;
}

/** True where a value goes out as it is: no delimiter, no control character. */
export function isPlain(value: string, delimiters: Delimiters): boolean {
  if (value.length > PIECE) {
    // A document in Base64: looked through for one thing after the other, that takes a tenth of the time.
    return !CONTROL.test(value) &&
      ![delimiters.field, ...delimiters.encoding].some((each) => value.includes(each));
  }
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return false;
    // Letters, digits and spaces are never delimiters.
    if (code > 0x7f || code === 0x20 || code >= 0x30 && code <= 0x39) continue;
    if (code >= 0x41 && code <= 0x5a || code >= 0x61 && code <= 0x7a) continue;
    const character = value[at];
    if (character === delimiters.field || delimiters.encoding.includes(character)) return false;
  }
  return true;
}

function escapeOf(
  character: string,
  { field, component, repetition, subcomponent, escape }: Delimiters,
): string {
  const code = character.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) {
    return `${escape}X${code.toString(16).toUpperCase().padStart(2, "0")}${escape}`;
  }
  switch (character) {
    case field:
      return `${escape}F${escape}`;
    case component:
      return `${escape}S${escape}`;
    case repetition:
      return `${escape}R${escape}`;
    case subcomponent:
      return `${escape}T${escape}`;
  }
  return character;
}

/** What stands between two escape characters, as text; `undefined` where it is no plain text. */
function plainTextOf(body: string, delimiters: Delimiters, readHex: HexReader): string | undefined {
  switch (body) {
    case "F":
      return delimiters.field;
    case "S":
      return delimiters.component;
    case "T":
      return delimiters.subcomponent === NO_DELIMITER ? undefined : delimiters.subcomponent;
    case "R":
      return delimiters.repetition;
    case "E":
      return delimiters.escape;
    case "P":
      return delimiters.truncation;
  }
  const bytes = hexOf(body);
  return bytes && readHex(bytes);
}

function hexOf(body: string): Uint8Array | undefined {
  return /^X(?:[0-9A-Fa-f]{2})+$/.test(body) ? Uint8Array.fromHex(body.slice(1)) : undefined;
}

/** Highlighting, character set switches, local and hexadecimal sequences, and the formatting commands of FT. */
export function isMarkup(body: string): boolean {
  return /^(?:[HN]|C[0-9A-Fa-f]{4}|M[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{2})?|[XZ][0-9A-Fa-f]+|\.(?:br|fi|nf|ce|(?:sp|in|ti|sk) ?[+-]?\d*))$/
    .test(body);
}
