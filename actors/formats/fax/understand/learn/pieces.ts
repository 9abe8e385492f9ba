import type { Box } from "../../../../../runtime/contract/document.ts";
import { fold } from "../layout/fold.ts";
import { around } from "../../raster/box.ts";
import type { PlacedWord } from "../layout/page_layout.ts";
import type { PageView } from "../reading/labels.ts";

/** Words that stand together in a line, as the first pass read them. */
export interface Piece {
  readonly text: string;
  readonly folded: string;
  readonly box: Box;
  /** Of a letter, in pixels: how loudly it is said. */
  readonly height: number;
  readonly words: readonly PlacedWord[];
}

/** Words further apart than this are two pieces, in heights of the words themselves: a letterhead is larger. */
const GAP = 1.7;

/** All pieces of a page, from top to bottom. */
export function piecesOf({ layout }: PageView): readonly Piece[] {
  return layout.passes[0].lines.flatMap(({ words }) =>
    runsOf(words, layout.unit).map((run) => {
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

function runsOf(words: readonly PlacedWord[], unit: number): readonly (readonly PlacedWord[])[] {
  const found: PlacedWord[][] = [];
  for (const word of words) {
    const before = found.at(-1)?.at(-1);
    const high = before ? Math.max(unit, Math.min(heightOf(before), heightOf(word))) : 0;
    if (before && word.box.x0 - before.box.x1 <= high * GAP) found[found.length - 1].push(word);
    else found.push([word]);
  }
  return found;
}

const heightOf = ({ box }: PlacedWord) => box.y1 - box.y0;

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
