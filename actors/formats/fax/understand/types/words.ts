import { distance, fold } from "../layout/fold.ts";
import { STROKED_MIN, strokesOf } from "../layout/strokes.ts";
import { type Match, SHARED, type TypeReader } from "./match.ts";

/** Text as it stands there, specks at its ends left out. */
export const textReader: TypeReader = {
  wordsMax: Infinity,
  read(text) {
    const value = unquoted(plainText(text).replace(/^[|_~*•:;,.\-–—=\s]+|[|_~*•:;,\-–—=\s!]+$/gu, ""));
    if (!/[\p{L}\p{N}%]/u.test(value)) return undefined;
    const isPlain = value.split(" ").every((word) => PLAIN.test(word));
    return isPlain
      ? { value, certainty: 1, notes: [], shared: SHARED.words }
      : { value, certainty: 0.9, notes: ["ambiguous"], shared: SHARED.words };
  },
};

/** Quotes stand in pairs: one alone is a speck. */
const unquoted = (text: string) => text.split('"').length === 2 ? text.replace(/^"\s*|\s*"$/g, "") : text;

/** Words of which all is of one kind: in others letters and digits that look alike cannot be told apart. */
const PLAIN =
  /^[("'[]?(?:\p{Lu}?\p{Ll}+|\p{Lu}+|\d+|[&+%#/-])(?:[-/'](?:\p{Lu}?\p{Ll}+|\p{Lu}+|\d+))*[)"'\]]?[,;:%)]?$/u;

/** From this length on no word of a few is another misread. */
const WORD_LONG = 5;

/** One of a few values, each by the words that mean it. */
export function enumReader(values: Readonly<Record<string, readonly string[]>>): TypeReader {
  const known = Object.entries(values).flatMap(([value, words]) =>
    [value, ...words].map((word) => [value, word] as const)
  );
  return {
    wordsMax: 4,
    read(text) {
      const plain = text.replace(/^[|'"‘’.,:;([*]+|[|'"‘’.,:;)\]]+$/gu, "");
      const exact = known.find(([, word]) => word !== "" && word === plain) ??
        known.find(([, word]) => word !== "" && word.toLowerCase() === plain.toLowerCase());
      if (exact) {
        const isLong = plain.length >= WORD_LONG;
        return {
          value: exact[0],
          certainty: 1,
          notes: [],
          // Of a few letters none is both passes' misreading of another.
          ...isLong ? { shared: SHARED.checked, known: "term" } : { shared: SHARED.ordered },
        };
      }
      const folded = fold(plain);
      if (folded === "") return undefined;
      const alike = [...new Set(known.filter(([, word]) => fold(word) === folded).map(([value]) => value))];
      if (alike.length === 1) return { value: alike[0], certainty: 0.9, notes: ["repaired"] };
      if (folded.length < 4) return undefined;
      const near = [
        ...new Set(known.filter(([, word]) => distance(fold(word), folded, 1) <= 1).map(([value]) => value)),
      ];
      return near.length === 1 ? { value: near[0], certainty: 0.85, notes: ["repaired"] } : undefined;
    },
  };
}

/** Words that are known to stand there; what is nearly one of them is taken for it. */
export function lexiconReader(terms: readonly string[], isOpen: boolean): TypeReader {
  const exact = new Map(terms.map((term) => [term.toLowerCase(), term]));
  const folded = terms.map((term) => ({ term, folded: fold(term) }));
  const stroked = Map.groupBy(
    folded.filter(({ folded }) => folded.length >= STROKED_MIN),
    ({ folded }) => strokesOf(folded),
  );
  const rare = new Set(
    terms.filter((term, at) =>
      terms.slice(0, at).some((other) => isOneApart(term, other)) ||
      terms.some((other) => other.length > term.length && withoutThin(other) === withoutThin(term))
    ),
  );
  const knownAs = (term: string) =>
    term.length < TERM_LONG || rare.has(term)
      ? { shared: SHARED.amount }
      : { shared: SHARED.checked, known: "term" } as const;
  return {
    wordsMax: Infinity,
    read(text) {
      const plain = textReader.read(text);
      if (!plain) return undefined;
      const known = exact.get(plain.value.toLowerCase());
      if (known !== undefined) return { ...exactly(known, plain.value, isOpen), ...knownAs(known) };
      const wanted = fold(plain.value), near = nearest(folded, wanted);
      const asOnPage = (term: string) => isOpen ? cased(term, plain.value) : term;
      if (near) {
        const { match, apart } = near;
        return { ...match, value: asOnPage(match.value), ...apart === 0 && knownAs(match.value) };
      }
      const [same, other] = stroked.get(strokesOf(wanted)) ?? [];
      if (same && !other) {
        const { term } = same;
        return { value: asOnPage(term), certainty: STROKED, notes: ["repaired"], ...knownAs(term) };
      }
      if (!isOpen) return undefined;
      // A short word that one letter makes a known one is hardly another.
      const isNearly = plain.value.length < NEARLY_MAX &&
        folded.some(({ folded: term }) => term.length > 2 && distance(term, wanted, 1) <= 1);
      return {
        ...plain,
        certainty: plain.certainty * (isNearly ? NEARLY : 1),
        notes: [...plain.notes, "unknown_word"],
      };
    },
  };
}

const NEARLY_MAX = 6;
const NEARLY = 0.4;
/** How sure a term is of which only the strokes are left. */
const STROKED = 0.92;
/** From this length on no other word becomes a term by misreading. */
const TERM_LONG = 3;

/** Capitals and small letters as on the page, unless they are mixed as no term has them. */
function exactly(term: string, value: string, isOpen: boolean): Match {
  const isAsOnPage = isOpen && (value === term || value === value.toUpperCase());
  const certainty = isAsOnPage || value === term ? 1 : 0.97;
  return { value: isAsOnPage ? value : term, certainty, notes: [], isStrict: true };
}

/** In capitals where the page has them: a small `l` among these is an `I`, or a one. */
const cased = (term: string, like: string) =>
  /\p{Lu}{3}/u.test(like) && !/[^\P{Ll}l]/u.test(like) ? term.toUpperCase() : term;

/** Thin letters are lost beside rules: of `IU/L`, `U/L` is left. */
const withoutThin = (term: string) => term.replace(/[Iil1|]/g, "");

/** One letter makes the other of them: the one that is named first is the usual one. */
const isOneApart = (a: string, b: string) =>
  a.length === b.length && distance(a.toLowerCase(), b.toLowerCase(), 1) === 1;

function nearest(
  terms: readonly { term: string; folded: string }[],
  wanted: string,
): { readonly match: Match; readonly apart: number } | undefined {
  const limit = wanted.length < 4 ? 0 : Math.max(1, Math.min(3, Math.floor(wanted.length / 6)));
  let best: { term: string; apart: number } | undefined;
  let next = Infinity;
  for (const { term, folded } of terms) {
    const apart = distance(folded, wanted, limit);
    if (apart > limit) continue;
    if (!best || apart < best.apart) {
      next = best?.apart ?? Infinity;
      best = { term, apart };
    } else next = Math.min(next, apart);
  }
  if (!best || next <= best.apart) return undefined;
  const certainty = best.apart === 0 ? 0.95 : 0.9 - 0.05 * best.apart;
  return { match: { value: best.term, certainty, notes: ["repaired"] }, apart: best.apart };
}

/** Quotes and hyphens as they are typed, one space between words. */
export function plainText(text: string): string {
  return text.replace(/[‘’`´]/gu, "'").replace(/[“”]/gu, '"').replace(/[–—]/gu, "-").replace(/\s+/g, " ")
    .trim();
}
