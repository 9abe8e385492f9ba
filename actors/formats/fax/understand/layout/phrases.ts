import type { Box } from "../../../../../runtime/contract/document.ts";
import { distance, fold, likeness } from "./fold.ts";
import { around } from "../../raster/box.ts";
import type { Line, PageLayout, PlacedWord } from "./page_layout.ts";
import { isTelling, STROKED_MIN, strokesOf } from "./strokes.ts";

/** A phrase where it was found, its characters as well as they could be read. */
export interface Hit {
  readonly phrase: string;
  readonly page: number;
  readonly box: Box;
  readonly middle: number;
  /** Between 0 and 1: how much of it was read as it is written. */
  readonly likeness: number;
  /** Between two of its words, in heights of a word. */
  readonly widestGap: number;
  /** It begins a piece of a line. */
  readonly beginsPiece: boolean;
  /** It ends a piece of a line. */
  readonly endsPiece: boolean;
  /** A colon stands behind it. */
  readonly hasColon: boolean;
  /** More words of a label follow it: `Patient` in `Patient ID:`. */
  readonly isPartOfLabel: boolean;
}

/** From this gap on, in heights of a word, what follows is another piece of the line. */
export const GAP_PIECE = 1.15;
/** Share of its characters that may be misread. */
const ERRORS = 0.25;
/** How like a phrase is what has the same strokes, and other letters. */
const STROKED = 0.84;
const STROKES_MANY = 10;

/** Words that stand close beside each other, taken together: what a phrase is compared with. */
interface Gram {
  readonly line: Line;
  readonly from: number;
  readonly to: number;
  readonly folded: string;
  readonly mask: number;
}

interface Stroked {
  readonly gram: Gram;
  readonly strokes: string;
}

/** A phrase has no more words and characters than this. */
const GRAM_WORDS_MAX = 8;
const GRAM_LENGTH_MAX = 48;
/** A phrase that stands on a page more often than this is no label. */
const HITS_MAX = 48;

/** Looks for phrases on a page, once for each. */
export class PhraseFinder {
  readonly #layout: PageLayout;
  readonly #found = new Map<string, readonly Hit[]>();
  /** By their length. */
  readonly #grams: readonly (readonly Gram[])[];
  /** By how many strokes they have. */
  readonly #stroked: ReadonlyMap<number, readonly Stroked[]>;

  constructor(layout: PageLayout) {
    this.#layout = layout;
    this.#grams = gramsOf(layout);
    const stroked = this.#grams.flat().map((gram) => ({ gram, strokes: strokesOf(gram.folded) }));
    this.#stroked = Map.groupBy(stroked, ({ strokes }) => strokes.length);
  }

  /** Where a phrase stands, as either pass read it, best first. */
  find(phrase: string, exactCase = false): readonly Hit[] {
    const key = exactCase ? `=${phrase}` : phrase;
    let hits = this.#found.get(key);
    if (!hits) this.#found.set(key, hits = this.#look(phrase, exactCase));
    return hits;
  }

  #look(phrase: string, exactCase: boolean): readonly Hit[] {
    const wanted = wantedOf(phrase);
    const { folded: { length }, limit } = wanted;
    const all: Hit[] = [];
    for (let at = Math.max(1, length - limit); at <= length + limit; at++) {
      for (const gram of this.#grams[at] ?? []) {
        const alike = likenessOf(gram, wanted);
        if (alike === 0 || exactCase && lettersIn(gram) !== wanted.letters) continue;
        all.push(this.#hit(gram.line, gram.from, gram.to, phrase, alike));
      }
    }
    if (!exactCase && length >= STROKED_MIN && isTelling(wanted.strokes)) {
      all.push(...this.#strokedLike(phrase, wanted));
    }
    all.sort((a, b) => b.likeness - a.likeness || a.middle - b.middle || a.box.x0 - b.box.x0);
    const hits: Hit[] = [];
    for (const hit of all) {
      if (hits.length === HITS_MAX) break;
      if (!hits.some((better) => overlaps(better.box, hit.box))) hits.push(hit);
    }
    return hits;
  }

  /** What has the same strokes, and other letters; of many strokes one may be lost. */
  #strokedLike(phrase: string, { folded, strokes }: Wanted): readonly Hit[] {
    const lost = strokes.length < STROKES_MANY ? 0 : 1;
    const hits: Hit[] = [];
    for (let many = strokes.length - lost; many <= strokes.length + lost; many++) {
      for (const { gram, strokes: others } of this.#stroked.get(many) ?? []) {
        if (gram.folded === folded || others !== strokes && distance(others, strokes, lost) > lost) continue;
        hits.push(this.#hit(gram.line, gram.from, gram.to, phrase, STROKED));
      }
    }
    return hits;
  }

  #hit(line: Line, from: number, to: number, phrase: string, alike: number): Hit {
    const { words } = line;
    const wide = this.#layout.unit * GAP_PIECE;
    const gapBefore = from === 0 ? Infinity : words[from].box.x0 - words[from - 1].box.x1;
    const gapBehind = to + 1 === words.length ? Infinity : words[to + 1].box.x0 - words[to].box.x1;
    const hasColon = /[:;]$/.test(words[to].text) || /^[:;]/.test(words[to + 1]?.text ?? "");
    return {
      phrase,
      page: this.#layout.page.page,
      box: around(words.slice(from, to + 1).map(({ box }) => box))!,
      middle: line.middle,
      likeness: alike,
      widestGap: widestGap(words, from, to) / this.#layout.unit,
      beginsPiece: gapBefore > wide || /[:;,.|]$/.test(words[from - 1]?.text ?? ""),
      endsPiece: gapBehind > wide,
      hasColon,
      isPartOfLabel: !hasColon && gapBehind <= wide && followedByColon(words, to, wide),
    };
  }
}

/** Two words of a phrase are not further apart, in heights of a word. */
const GAP_PHRASE = 1.5;

function gramsOf({ passes, unit }: PageLayout): readonly (readonly Gram[])[] {
  const grams: Gram[][] = Array.from({ length: GRAM_LENGTH_MAX + 1 }, () => []);
  for (const line of passes.flatMap(({ lines }) => lines)) {
    const { words } = line;
    for (let from = 0; from < words.length; from++) {
      let folded = "";
      for (let to = from; to < Math.min(words.length, from + GRAM_WORDS_MAX); to++) {
        if (to > from && words[to].box.x0 - words[to - 1].box.x1 > unit * GAP_PHRASE) break;
        folded += words[to].folded;
        if (folded.length > GRAM_LENGTH_MAX) break;
        grams[folded.length].push({ line, from, to, folded, mask: maskOf(folded) });
      }
    }
  }
  return grams;
}

function likenessOf({ folded, mask }: Gram, wanted: Wanted): number {
  if (folded === wanted.folded) return 1;
  if (wanted.limit === 0 || bitsApart(mask, wanted.mask) > 2 * wanted.limit) return 0;
  // With so few mistakes one piece of the phrase is whole.
  if (!wanted.pieces.some((piece) => folded.includes(piece))) return 0;
  return likeness(folded, wanted.folded, ERRORS);
}

const lettersIn = ({ line, from, to }: Gram) =>
  lettersOf(line.words.slice(from, to + 1).map(({ text }) => text).join(""));

interface Wanted {
  readonly folded: string;
  readonly strokes: string;
  readonly letters: string;
  /** How many characters may be misread. */
  readonly limit: number;
  /** One more than may be misread. */
  readonly pieces: readonly string[];
  readonly mask: number;
}

const known = new Map<string, Wanted>();

function wantedOf(phrase: string): Wanted {
  let wanted = known.get(phrase);
  if (!wanted) {
    const folded = fold(phrase);
    // Short words become other words by a single letter.
    const limit = folded.length < 5 ? 0 : Math.floor(folded.length * ERRORS);
    wanted = {
      folded,
      strokes: strokesOf(folded),
      letters: lettersOf(phrase),
      limit,
      pieces: piecesOf(folded, limit + 1),
      mask: maskOf(folded),
    };
    if (known.size > 5000) known.clear();
    known.set(phrase, wanted);
  }
  return wanted;
}

function widestGap(words: readonly PlacedWord[], from: number, to: number): number {
  let widest = 0;
  for (let at = from + 1; at <= to; at++) widest = Math.max(widest, words[at].box.x0 - words[at - 1].box.x1);
  return widest;
}

function piecesOf(folded: string, count: number): readonly string[] {
  const size = folded.length / count;
  return Array.from(
    { length: count },
    (_, at) => folded.slice(Math.round(at * size), Math.round((at + 1) * size)),
  );
}

const lettersOf = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, "");

/** A bit for each letter that occurs: texts that are alike differ in few. */
function maskOf(folded: string): number {
  let mask = 0;
  for (let at = 0; at < folded.length; at++) mask |= 1 << (folded.charCodeAt(at) & 31);
  return mask;
}

function bitsApart(a: number, b: number): number {
  let bits = (a ^ b) >>> 0;
  let count = 0;
  while (bits !== 0) {
    bits = (bits & (bits - 1)) >>> 0;
    count++;
  }
  return count;
}

function followedByColon(words: readonly PlacedWord[], to: number, wide: number): boolean {
  for (let at = to + 1; at < words.length && at <= to + 3; at++) {
    if (words[at].box.x0 - words[at - 1].box.x1 > wide) return false;
    if (/\d/.test(words[at].text)) return false;
    if (/[:;]$/.test(words[at].text)) return true;
  }
  return false;
}

/** Whether two boxes have a good part of their area in common. */
export function overlaps(a: Box, b: Box): boolean {
  const wide = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  const high = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  return wide > 0.3 * Math.min(a.x1 - a.x0, b.x1 - b.x0) && high > 0.3 * Math.min(a.y1 - a.y0, b.y1 - b.y0);
}
