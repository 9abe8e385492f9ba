import { distance, fold } from "../layout/fold.ts";
import { STROKED_MIN, strokesOf } from "../layout/strokes.ts";
import { SHARED, type TypeReader } from "./match.ts";
import { textReader } from "./words.ts";

/** Shorter words are too often one character apart from others. */
const NEAR_MIN = 7;
/** Words that are abbreviated are no longer than this, and not in capitals: a point behind others was none. */
const ABBREVIATION_MAX = 4;

/**
 * A text of words of which most are known. Where all are, the text is as sure as its letters; what is nearly a word is
 * taken for it. A word that nobody knows may be anything.
 */
export function vocabularyReader(words: readonly string[]): TypeReader {
  const known = new Set(words);
  const byFold = Map.groupBy(words, fold);
  const byStrokes = Map.groupBy(
    words.filter((word) => word.length >= STROKED_MIN),
    (word) => strokesOf(fold(word)),
  );
  const byLength = Map.groupBy(words.filter((word) => word.length >= NEAR_MIN), (word) => word.length);
  const near = (word: string): string | undefined => {
    const alike = byFold.get(fold(word));
    if (alike) return alike.length === 1 ? alike[0] : alike.find(({ length }) => length === word.length);
    const folded = fold(word);
    const stroked = byStrokes.get(strokesOf(folded));
    if (stroked) return stroked.length === 1 ? stroked[0] : undefined;
    if (word.length < NEAR_MIN) return undefined;
    const found = [-1, 0, 1].flatMap((apart) => byLength.get(word.length + apart) ?? [])
      .filter((other) => distance(fold(other), folded, 1) <= 1);
    return found.length === 1 ? found[0] : undefined;
  };
  const isKnownWord = (word: string) =>
    known.has(word) || known.has(word.replace(/s$/, "")) || known.has(word.replace(/es$/, "")) ||
    known.has(word.replace(/ies$/, "y")) ||
    known.has(`${word}s`);
  return {
    wordsMax: Infinity,
    read(text) {
      const plain = textReader.read(text);
      if (!plain) return undefined;
      let certainty = 1;
      let isKnown = true;
      const value = plain.value.replace(WORD, (word, point: string | undefined, at: number) => {
        const bare = point === undefined ? word : word.slice(0, -1);
        const isAbbreviated = bare.length <= ABBREVIATION_MAX && bare !== bare.toUpperCase();
        if (point !== undefined && !isAbbreviated && at + word.length < plain.value.length) isKnown = false;
        if (/^[\d/]+$/.test(bare) || isKnownWord(bare.toLowerCase())) return word;
        const other = near(bare.toLowerCase());
        if (other === undefined) {
          isKnown = false;
          return word;
        }
        certainty *= REPAIRED;
        return `${cased(other, bare)}${point ?? ""}`;
      });
      if (!isKnown || STRAY.test(value)) return { ...plain, notes: [...plain.notes, "unknown_word"] };
      const isRepaired = certainty < 1;
      return {
        value,
        certainty,
        notes: isRepaired ? ["repaired"] : [],
        // No word tells that a number among them was misread.
        shared: /\d/.test(value) ? SHARED.usual : SHARED.checked,
        isStrict: true,
        known: "words",
      };
    },
  };
}

const REPAIRED = 0.95;
/** What stands in no description. */
const STRAY = /[^\p{L}\p{N}\s.,;:()/%&+#'"-]/u;
const WORD = /[\p{L}\p{N}%](?:[\p{L}\p{N}%/'-]*[\p{L}\p{N}%])?(\.(?=\s|$))?/gu;

/** In capitals where the page has them. */
function cased(word: string, like: string): string {
  if (like === like.toUpperCase() && !/^\p{L}(\p{Ll}|$)/u.test(like)) return word.toUpperCase();
  return /^\p{Lu}/u.test(like) ? word[0].toUpperCase() + word.slice(1) : word;
}
