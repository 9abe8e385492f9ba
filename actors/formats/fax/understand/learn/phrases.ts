import { fold, likeness } from "../layout/fold.ts";
import { overlaps } from "../layout/phrases.ts";
import type { PageView } from "../reading/labels.ts";
import type { Template } from "../template.ts";
import { headersOn } from "../reading/columns.ts";
import { isInStrip, type Piece, piecesOf, textIn } from "./pieces.ts";
import { type Example, spelled } from "./propose.ts";

/** Letterheads stand in this part of the first page, and above everything that is read. */
const HEAD = 0.3;
const PHRASES_MAX = 2;
const LETTERS_MIN = 6;
/** Labels that are less of one are other words. */
const RANK_MIN = 0.5;
/** As likely read: this much of a phrase is the same on another page. */
const ALIKE = 0.85;

/** Phrases that tell this layout from others: titles of its kind, and the largest of its letterhead. */
export function proposePhrases(
  examples: readonly Example[],
  base: Template,
): { readonly phrases: readonly string[]; readonly titles: readonly string[] } {
  const [first, ...others] = examples;
  const titles = base.match.titles.flatMap((title) => {
    const hits = examples.map(({ views }) =>
      views[0].finder.find(title).find((hit) =>
        hit.beginsPiece && hit.endsPiece && hit.middle < endOfHead(views[0], base)
      )
    );
    return hits.every((hit) => hit !== undefined && hit.likeness >= ALIKE)
      ? [{ title, box: hits[0]!.box }]
      : [];
  });
  const head = headOf(first, base).filter((piece) =>
    !titles.some(({ title }) => fold(title) === piece.folded)
  )
    .filter((piece) =>
      others.every((other) =>
        headOf(other, base).some(({ folded }) => likeness(folded, piece.folded, 1 - ALIKE) >= ALIKE)
      )
    );
  const phrases = head.toSorted((a, b) => b.height - a.height).slice(
    0,
    others.length === 0 ? 1 : PHRASES_MAX,
  );
  // A title within another says nothing more.
  const longest = titles.filter(({ box, title }) =>
    !titles.some((other) => other.title.length > title.length && overlaps(other.box, box))
  );
  return {
    phrases: phrases.map(({ text }) => text),
    titles: longest.map(({ box, title }) => spelled(textIn(first.views[0], box), title)),
  };
}

/** Pieces of the letterhead that may tell who sent it: words, and no numbers. */
function headOf({ views, findings }: Example, base: Template): readonly Piece[] {
  const [view] = views;
  const { unit, page } = view.layout;
  const labels = Object.values(findings).flat().flatMap(({ label }) =>
    label && label.rank > RANK_MIN && label.hit.page === 1 ? [label.hit] : []
  );
  const values = Object.values(findings).flat().flatMap(({ value }) =>
    value.box && value.page === 1 ? [value.box] : []
  );
  const middles = labels.map(({ middle }) => middle).sort((a, b) => a - b);
  const [first = Infinity] = middles;
  // A number of the sender's may stand in the letterhead itself: one line with labels ends nothing.
  const second = middles.find((middle) => middle > first + unit) ?? Infinity;
  const end = Math.min(HEAD * page.height, second, endOfHead(view, base));
  return piecesOf(view).filter(({ box, text }) =>
    !isInStrip(view, box) && box.y0 < end && !/\d/.test(text) && !text.includes(":") &&
    ![...labels.map((hit) => hit.box), ...values].some((taken) => overlaps(taken, box)) &&
    (text.match(/\p{L}/gu)?.length ?? 0) >= LETTERS_MIN
  );
}

/** Where the first table of the first page begins: what stands below it are rows. */
const endOfHead = (view: PageView, base: Template) =>
  Math.min(
    Infinity,
    ...Object.values(base.tables).flatMap((spec) => headersOn(view, spec).map(({ y0 }) => y0)),
  );
