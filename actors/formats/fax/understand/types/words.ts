import { distance, fold } from "../layout/fold.ts";
import type { Match, TypeReader } from "./match.ts";

/** Text as it stands there, specks at its ends left out. */
export const textReader: TypeReader = {
  wordsMax: Infinity,
  read(text) {
    const value = plainText(text).replace(/^[|_~*•:;,.\-–—=\s]+|[|_~*•:;,\-–—=\s]+$/gu, "");
    return /[\p{L}\p{N}]/u.test(value) ? { value, certainty: 1, notes: [] } : undefined;
  },
};

/** Names of people, their order as on the page. */
export const nameReader: TypeReader = {
  wordsMax: 8,
  read(text) {
    const plain = plainText(text).replace(/^[|_~*•:;,.\-–—=\s]+|[|_~*•:;,.\-–—=\s]+$/gu, "").replace(
      /\s+,/g,
      ",",
    );
    const value = plain.replace(
      /(?<=\p{L})0|0(?=['\p{L}])/gu,
      (_, at: number) => /\p{Ll}/u.test(plain[at - 1] ?? "") ? "o" : "O",
    )
      .replace(/(?<=\p{Ll})[1|](?=\p{Ll})/gu, "l").replace(/(^|\s)[1|!](?=\p{Ll}|$|\s)/gu, "$1I")
      // A capital I is often read as the small letter that looks the same: no name but an article begins with it.
      .replace(/(?<![\p{L}'])l(?=\p{Ll})(?!(?:a|e|o|as|os|i)(?![\p{L}]))/gu, "I");
    if (!/\p{L}{2}/u.test(value) || /[^\p{L}\p{M} .,'()-]/u.test(value)) return undefined;
    if (!/\p{Lu}/u.test(value)) return undefined;
    const certainty = value === plain ? 1 : 0.9;
    return { value, certainty, notes: certainty < 1 ? ["repaired"] : [] };
  },
};

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
      if (exact) return { value: exact[0], certainty: 1, notes: [] };
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
  return {
    wordsMax: Infinity,
    read(text) {
      const plain = textReader.read(text);
      if (!plain) return undefined;
      const known = exact.get(plain.value.toLowerCase());
      if (known !== undefined) {
        return { value: isOpen ? plain.value : known, certainty: 1, notes: [], isStrict: true };
      }
      const wanted = fold(plain.value);
      const near = nearest(folded, wanted);
      if (near) return near;
      return isOpen ? { ...plain, certainty: 0.97, notes: ["unknown_word"] } : undefined;
    },
  };
}

function nearest(terms: readonly { term: string; folded: string }[], wanted: string): Match | undefined {
  const limit = Math.min(3, Math.floor(wanted.length / 6));
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
  return {
    value: best.term,
    certainty: best.apart === 0 ? 0.95 : 0.9 - 0.05 * best.apart,
    notes: ["repaired"],
  };
}

/** Quotes and hyphens as they are typed, one space between words. */
function plainText(text: string): string {
  return text.replace(/[‘’`´]/gu, "'").replace(/[“”]/gu, '"').replace(/[–—]/gu, "-").replace(/\s+/g, " ")
    .trim();
}
