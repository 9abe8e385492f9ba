import { COUNT_MAX, type Piece } from "./_ft_pieces.ts";

/** What stands in a line: text, spaces, and where highlighting or no-wrap begins and ends. */
export type Item = Extract<Piece, { kind: "text" | "spaces" | "highlight" | "no-wrap" }>;

/** One line of output. */
export interface Line {
  /** Spaces before it, from the margin and the temporary indent. */
  readonly indent: number;
  readonly isCentred: boolean;
  readonly items: readonly Item[];
}

/** Lays the pieces out in lines. */
export function linesOf(pieces: readonly Piece[]): readonly Line[] {
  const lines: { indent: number; isCentred: boolean; items: Item[] }[] = [];
  let margin = 0, temporary = 0, column = 0, isEmpty = true;
  const begin = (isCentred = false) => {
    lines.push({ indent: 0, isCentred, items: [] });
    isEmpty = true;
  };
  const add = (item: Item, width: number) => {
    const line = lines[lines.length - 1];
    if (isEmpty) {
      // Only now: a margin that is set where a line has not begun counts for that line.
      line.indent = Math.min(Math.max(margin + temporary, 0), COUNT_MAX);
      temporary = 0;
      isEmpty = false;
    }
    line.items.push(item);
    column = Math.min(column + width, COUNT_MAX);
  };
  begin();
  for (const piece of pieces) {
    switch (piece.kind) {
      case "text":
        add(piece, piece.text.length);
        break;
      case "spaces":
        if (piece.count > 0) add(piece, piece.count);
        break;
      case "lines":
        for (let left = piece.count; left > 0; left--) begin();
        if (!piece.keepsColumn) column = 0;
        else if (column > 0 && piece.count > 0) lines[lines.length - 1].items.push(spaces(column));
        break;
      case "centre":
        if (isEmpty) lines[lines.length - 1].isCentred = true;
        else begin(true);
        column = 0;
        break;
      case "margin":
        margin = piece.count;
        temporary = 0;
        break;
      case "indent":
        temporary = piece.count;
        break;
      default:
        lines[lines.length - 1].items.push(piece);
    }
  }
  return lines;
}

function spaces(count: number): Item {
  return { kind: "spaces", count };
}
