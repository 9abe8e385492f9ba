import type { Box } from "../../../../../runtime/contract/document.ts";
import { likeness } from "../layout/fold.ts";
import { overlaps } from "../layout/phrases.ts";
import type { Template } from "../template.ts";
import { type Piece, piecesOf, textIn } from "./pieces.ts";
import type { Example } from "./propose.ts";

/** What a fax machine prints over every page: no part of the document, in shares of its height. */
const STRIP = 0.025;
/** Letterheads stand in this part of the first page. */
const HEAD = 0.3;
const PHRASES_MAX = 2;
const LETTERS_MIN = 6;
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
      views[0].finder.find(title).find((hit) => hit.beginsPiece && hit.endsPiece)
    );
    return hits.every((hit) => hit !== undefined && hit.likeness >= ALIKE)
      ? [{ title, box: hits[0]!.box }]
      : [];
  });
  const taken = [...boxesOf(first), ...titles.map(({ box }) => box)];
  const head = headOf(first).filter(({ box }) => !taken.some((each) => overlaps(each, box)))
    .filter((piece) =>
      others.every((other) =>
        headOf(other).some(({ folded }) => likeness(folded, piece.folded, 1 - ALIKE) >= ALIKE)
      )
    );
  const phrases = head.toSorted((a, b) => b.height - a.height).slice(0, PHRASES_MAX);
  // A title within another says nothing more.
  const longest = titles.filter(({ box, title }) =>
    !titles.some((other) => other.title.length > title.length && overlaps(other.box, box))
  );
  return {
    phrases: phrases.map(({ text }) => text),
    titles: longest.map(({ box }) => textIn(first.views[0], box)),
  };
}

/** Pieces of the letterhead that may tell who sent it: words, and no numbers. */
function headOf({ views }: Example): readonly Piece[] {
  const [view] = views;
  const { height } = view.layout.page;
  return piecesOf(view).filter(({ box, text }) =>
    box.y0 > STRIP * height && box.y1 < HEAD * height && !/\d/.test(text) && !text.includes(":") &&
    (text.match(/\p{L}/gu)?.length ?? 0) >= LETTERS_MIN
  );
}

/** Where labels and values stand. */
function boxesOf({ findings }: Example): Box[] {
  return Object.values(findings).flat().flatMap(({ value, label }) => [
    ...value.box && value.page === 1 ? [value.box] : [],
    ...label && label.hit.page === 1 ? [label.hit.box] : [],
  ]);
}
