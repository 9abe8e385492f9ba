import type { Box } from "../../../../../runtime/contract/document.ts";
import { fold } from "../layout/fold.ts";
import { around, type PlacedWord } from "../layout/page_layout.ts";
import type { PageView } from "../reading/labels.ts";
import { runs } from "../reading/place.ts";

/** Words that stand together in a line, as the first pass read them. */
export interface Piece {
  readonly text: string;
  readonly folded: string;
  readonly box: Box;
  /** Of a letter, in pixels: how loudly it is said. */
  readonly height: number;
  readonly words: readonly PlacedWord[];
}

/** Words further apart than this are two pieces, in heights of a word. */
const GAP = 1.6;

/** All pieces of a page, from top to bottom. */
export function piecesOf({ layout }: PageView): readonly Piece[] {
  return layout.passes[0].lines.flatMap(({ words }) =>
    runs(words, layout.unit * GAP).map((run) => {
      const text = run.map((word) => word.text).join(" ");
      const heights = run.map(({ box }) => box.y1 - box.y0).sort((a, b) => a - b);
      return {
        text,
        folded: fold(text),
        box: around(run.map(({ box }) => box))!,
        height: heights[heights.length >> 1],
        words: run,
      };
    })
  );
}

/** What the page says in a box, as the first pass read it. */
export function textIn({ layout }: PageView, box: Box): string {
  const inside = layout.passes[0].lines.flatMap(({ words }) => words).filter((word) => {
    const x = (word.box.x0 + word.box.x1) / 2, y = (word.box.y0 + word.box.y1) / 2;
    return x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1;
  });
  return inside.map(({ text }) => text).join(" ").trim();
}

/** What a fax machine prints over every page, in shares of its height. */
const STRIP = 0.025;

/** True for what is no part of the document. */
export const isInStrip = ({ layout }: PageView, box: Box): boolean => box.y0 < STRIP * layout.page.height;
