import type { Delimiters } from "../syntax/delimiters.ts";
import { type HexReader, tokensOf } from "../syntax/escape.ts";

/** What FT consists of: text, and what is to be done between (HL7 v2.9.1 sections 2.6.2 and 2.6.7). */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** `\H\` and `\N\`, `\.nf\` and `\.fi\`. */
  | { readonly kind: "highlight" | "no-wrap"; readonly on: boolean }
  /** `\.br\` and `\.sp n\`; the latter keeps the column. */
  | { readonly kind: "lines"; readonly count: number; readonly keepsColumn: boolean }
  /** `\.sk n\`. */
  | { readonly kind: "spaces"; readonly count: number }
  /** `\.in n\` and `\.ti n\`. */
  | { readonly kind: "margin" | "indent"; readonly count: number }
  /** `\.ce\`. */
  | { readonly kind: "centre" };

/** A page has no more columns, nor any use for more blank lines; whoever asks for a million gets these. */
export const COUNT_MAX = 99;

/**
 * Takes encoded text apart. Line ends within it, such as those of `\X0D0A\`, are lines as `\.br\` makes them. Sequences
 * that cannot be shown, `\Z..\`, `\C..\`, `\M..\` and a `\X..\` that is no text, stay in the text as they stand, so
 * that nobody takes for whole what is not; so does anything else with the escape character in it.
 */
export function piecesOf(encoded: string, delimiters: Delimiters, readHex: HexReader): readonly Piece[] {
  const pieces: Piece[] = [];
  const { escape } = delimiters;
  let text = "";
  const flush = () => {
    if (text !== "") pushText(pieces, text);
    text = "";
  };
  for (const token of tokensOf(encoded, delimiters, readHex)) {
    const command = typeof token === "string" ? undefined : commandOf(token.markup);
    if (command) {
      flush();
      pieces.push(command);
    } else {
      text += typeof token === "string" ? token : escape + token.markup + escape;
    }
  }
  flush();
  return pieces;
}

function pushText(pieces: Piece[], text: string): void {
  text.split(/\r\n|\r|\n/).forEach((line, at) => {
    if (at > 0) pieces.push(BREAK);
    if (line !== "") pieces.push({ kind: "text", text: line });
  });
}

/** What `\.br\` does. */
export const BREAK: Piece = { kind: "lines", count: 1, keepsColumn: false };

const PLAIN: ReadonlyMap<string, Piece> = new Map<string, Piece>([
  ["H", { kind: "highlight", on: true }],
  ["N", { kind: "highlight", on: false }],
  [".nf", { kind: "no-wrap", on: true }],
  [".fi", { kind: "no-wrap", on: false }],
  [".br", BREAK],
  [".ce", { kind: "centre" }],
]);

const COUNTED = /^\.(sp|sk|in|ti) ?([+-]?\d*)$/;

function commandOf(body: string): Piece | undefined {
  const plain = PLAIN.get(body);
  if (plain) return plain;
  const counted = COUNTED.exec(body);
  if (!counted) return undefined;
  const [, name, digits] = counted;
  const given = /\d/.test(digits) ? Number(digits) : 1;
  const count = Math.min(Math.max(given, -COUNT_MAX), COUNT_MAX);
  switch (name) {
    case "sp":
      return { kind: "lines", count: Math.max(count, 0), keepsColumn: true };
    case "sk":
      return { kind: "spaces", count: Math.max(count, 0) };
    case "in":
      return { kind: "margin", count };
    default:
      return { kind: "indent", count };
  }
}
