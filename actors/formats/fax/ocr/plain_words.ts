import { isSamePlace } from "./places.ts";
import type { Word } from "./words.ts";

/** Letters from which on a word tells itself from others. */
const LETTERS_MIN = 4;
/**
 * How sure the first pass has to be. Of 1,000 such words on test faxes, a second pass that saw them read none differently on
 * clean pages, one on typical ones, and five at standard resolution.
 */
const SURE = 0.92;
const PLAIN = /^[\p{L}'.,:()-]+$/u;

/**
 * Words that nobody has to look at twice: of nothing but letters, some of them, read surely. What is easily misread, and
 * costs somebody something, are digits and short words.
 */
export function plainWords(words: readonly Word[]): Word[] {
  return words.filter(({ text, confidence }) => confidence >= SURE && isPlain(text));
}

/** Whether a word is of letters, and long enough to be told from others. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text) && text.replace(/[^\p{L}]/gu, "").length >= LETTERS_MIN;
}

/** A second reading with words that it was not shown: what it has at their places is what was left of their strokes. */
export function withPlainWords(words: readonly Word[], plain: readonly Word[]): Word[] {
  const rest = words.filter(({ box }) => !plain.some((each) => isSamePlace(box, each.box)));
  return [...rest, ...plain];
}
