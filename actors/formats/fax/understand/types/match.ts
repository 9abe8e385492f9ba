import type { Note } from "../notes.ts";

/** What a text says, taken as a value of a type. */
export interface Match {
  /** In the type's normal form. */
  readonly value: string;
  /** Between 0 and 1: how sure the type is of it, given that every character was read right but those repaired. */
  readonly certainty: number;
  readonly notes: readonly Note[];
  /** What stands there is of a shape that hardly anything else has: misread characters would have shown. */
  readonly isStrict?: boolean;
  /** Characters were misread where only one other can stand: that is why the word was read unsurely. */
  readonly explainsDoubt?: boolean;
  /**
   * It is a term that is known to stand there, or made of words that are: then only the numbers among these can be others,
   * however unsurely it was read.
   */
  readonly known?: "term" | "words";
  /** How much more often than chance would have it both passes make the same mistake: {@linkcode SHARED}. */
  readonly shared?: number;
}

/**
 * How much more often than by chance both passes misread a value in the same way, as measured on faxes: letters of words
 * that nothing vouches for are, amounts are not.
 */
export const SHARED = {
  checked: 0.3,
  ordered: 0.5,
  amount: 1,
  usual: 2,

  name: 3,
  words: 10,
} as const;

/** Reads the values of one type. */
export interface TypeReader {
  /** Most words a value takes; a text takes all there are. */
  readonly wordsMax: number;
  /** The value of a text without spaces at its ends; undefined where it is none. */
  read(text: string): Match | undefined;
}

/** What a repaired text costs: each character as sure as it may be, together as unsure as all of them. */
export interface Repaired {
  readonly text: string;
  readonly certainty: number;
}

/** The digit that a misread character stands for, and how sure that is. */
const DIGITS: Readonly<Record<string, readonly [string, number]>> = {
  O: ["0", 0.98],
  o: ["0", 0.98],
  Q: ["0", 0.93],
  D: ["0", 0.9],
  U: ["0", 0.8],
  C: ["0", 0.8],
  I: ["1", 0.97],
  l: ["1", 0.97],
  "|": ["1", 0.96],
  i: ["1", 0.93],
  "!": ["1", 0.93],
  "]": ["1", 0.85],
  "[": ["1", 0.85],
  Z: ["2", 0.95],
  z: ["2", 0.93],
  A: ["4", 0.85],
  S: ["5", 0.95],
  s: ["5", 0.93],
  "$": ["5", 0.8],
  G: ["6", 0.93],
  b: ["6", 0.88],
  T: ["7", 0.85],
  "?": ["7", 0.8],
  B: ["8", 0.95],
  "&": ["8", 0.85],
  g: ["9", 0.9],
  q: ["9", 0.9],
};

/** The capital letter that a misread character stands for, and how sure that is. */
const LETTERS: Readonly<Record<string, readonly [string, number]>> = {
  "0": ["O", 0.93],
  "1": ["I", 0.93],
  "|": ["I", 0.93],
  "2": ["Z", 0.95],
  "3": ["J", 0.8],
  "4": ["A", 0.9],
  "5": ["S", 0.95],
  "6": ["G", 0.95],
  "7": ["T", 0.6],
  "8": ["B", 0.95],
  "$": ["S", 0.9],
  "!": ["I", 0.9],
  "£": ["E", 0.95],
  "€": ["E", 0.9],
};

/** A character where a digit has to stand. */
export function digitOf(character: string): readonly [string, number] | undefined {
  return character >= "0" && character <= "9" ? [character, 1] : DIGITS[character];
}

/** A character where a capital letter has to stand. */
export function letterOf(character: string): readonly [string, number] | undefined {
  if (character >= "A" && character <= "Z") return [character, 1];
  if (character >= "a" && character <= "z") {
    return [character.toUpperCase(), "lo".includes(character) ? 0.8 : 0.95];
  }
  return LETTERS[character];
}

/** All characters as digits; undefined where one cannot be. */
export function digitsOf(text: string): Repaired | undefined {
  let digits = "";
  let certainty = 1;
  for (const character of text) {
    const digit = digitOf(character);
    if (!digit) return undefined;
    digits += digit[0];
    certainty *= digit[1];
  }
  return { text: digits, certainty };
}

/** Notes for a repaired text. */
export function repairNotes(certainty: number): readonly Note[] {
  return certainty < 1 ? ["repaired"] : [];
}

/** Without spaces. */
export const joined = (text: string): string => text.replace(/\s+/g, "");

/** Without what specks and rules leave at the ends of a word. */
export const trimmed = (text: string): string =>
  text.replace(/^[\s.,;:'"`~_‘’“”|*•]+/u, "").replace(/[\s.,;:'"`~_‘’“”|*•]+$/u, "");
