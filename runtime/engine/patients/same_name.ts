import type { PatientName } from "../../contract/patient.ts";
import { nameWords, sameLooking } from "../../journal/patients/normal_forms.ts";

/** Longer ones are no names. */
const WORDS_MAX = 12;

const TITLES: ReadonlySet<string> = new Set(["DR", "MISS", "MR", "MRS", "MS", "MSTR", "MX", "PROF"]);
const SUFFIXES: ReadonlySet<string> = new Set([
  ...["JR", "SR", "II", "III", "IV", "2ND", "3RD", "4TH"],
  ...["DDS", "ESQ", "MD", "PHD"],
]);

/** One way to read a name: words of the family name, and of the given names. */
interface Reading {
  readonly family: readonly string[];
  readonly given: readonly string[];
}

/**
 * True where a name as it stands on a page is a known one: family name and first given name are the same, and no middle name
 * is another. Case, accents, punctuation, spaces, order, titles and suffixes do not matter, nor does a middle name that only
 * one of them has, or has as an initial. What looks alike on paper counts as the same, and nothing else.
 */
export function isSameName(read: string, known: PatientName): boolean {
  const family = sameLooking(bare(nameWords(known.family))), given = bare(nameWords(known.given));
  if (family === "" || given.length === 0) return false;
  return readingsOf(read).some((reading) =>
    sameLooking(reading.family) === family && areSameGiven(reading.given, given)
  );
}

/** Family names that a name as it stands on a page may mean. */
export function familiesIn(read: string): readonly string[] {
  return [...new Set(readingsOf(read).map(({ family }) => family.join(" ")))];
}

/** `Family, Given`; without a comma either may come first, and have several words. */
function readingsOf(read: string): readonly Reading[] {
  const parts = read.split(",").map((part) => nameWords(part));
  if (parts.reduce((sum, { length }) => sum + length, 0) > WORDS_MAX) return [];
  const [first = [], ...rest] = parts.map(bare).filter((words) => !isOnlySuffixes(words));
  if (rest.length > 0) return [{ family: first, given: rest.flat() }];
  return first.slice(1).flatMap((_, at) => {
    const [before, behind] = [first.slice(0, at + 1), first.slice(at + 1)];
    return [{ family: behind, given: before }, { family: before, given: behind }];
  });
}

/** Without titles before it and suffixes behind it, unless it is nothing else. */
function bare(words: readonly string[]): readonly string[] {
  let [from, to] = [0, words.length];
  while (to - from > 1 && TITLES.has(words[from])) from++;
  while (to - from > 1 && SUFFIXES.has(words[to - 1])) to--;
  return words.slice(from, to);
}

function isOnlySuffixes(words: readonly string[]): boolean {
  return words.every((word) => SUFFIXES.has(word));
}

/** The first is the same, written as one word or as several, and of the others none contradicts. */
function areSameGiven(one: readonly string[], other: readonly string[]): boolean {
  const first = (words: readonly string[], count: number) => sameLooking(words.slice(0, count));
  return one.some((_, a) =>
    other.some((_, b) =>
      (a === 0 || b === 0) && first(one, a + 1) === first(other, b + 1) &&
      areSameMiddle(one.slice(a + 1), other.slice(b + 1))
    )
  );
}

/** Those of the shorter are among those of the longer, in order; an initial stands for any that begins with it. */
function areSameMiddle(one: readonly string[], other: readonly string[]): boolean {
  const [few, many] = one.length <= other.length ? [one, other] : [other, one];
  let next = 0;
  for (const word of many) if (next < few.length && isSameMiddle(few[next], word)) next++;
  return next === few.length;
}

function isSameMiddle(one: string, other: string): boolean {
  const [a, b] = [sameLooking([one]), sameLooking([other])];
  return a === b || (one.length === 1 || other.length === 1) && a[0] === b[0];
}
