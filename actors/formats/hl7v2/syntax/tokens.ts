import type { Delimiters } from "./delimiters.ts";
import { type HexReader, isMarkup, plainTextOf } from "./escape.ts";

/** Decoded text, or a sequence that has no plain text: what stands between its escape characters. */
export type Token = string | { readonly markup: string };

/** Text is handed out in pieces of at most this many characters. */
const PIECE = 1 << 16;

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
    yield* slicesOf(encoded, copied, at);
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
