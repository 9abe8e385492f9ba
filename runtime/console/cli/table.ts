import type { Paint } from "./paint.ts";
import { plain } from "./plain.ts";

/** A cell: text, or text in a colour. */
export type Cell = string | number | { readonly text: string; readonly tone: keyof Paint };

/** A column: its heading, with `>` before it where figures stand to the right. */
export type Heading = string;

const gap = "  ";

/**
 * Rows under headings, columns as wide as their widest cell. Cells are made safe for a terminal here, so callers give
 * text as it is. Ends with a newline.
 */
export function table(
  headings: readonly Heading[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string {
  const right = headings.map((heading) => heading.startsWith(">"));
  const titles = headings.map((heading) => heading.replace(/^>/, ""));
  const widths = titles.map((title, at) =>
    rows.reduce((width, row) => Math.max(width, textOf(row[at]).length), title.length)
  );
  const line = (cells: readonly Cell[]) =>
    cells.map((cell, at) => {
      const space = " ".repeat(widths[at] - textOf(cell).length);
      const last = at === cells.length - 1;
      return right[at] ? space + shown(cell, paint) : shown(cell, paint) + (last ? "" : space);
    }).join(gap).trimEnd();
  const head = line(titles.map((text) => ({ text, tone: "faint" as const })));
  return [head, ...rows.map(line)].join("\n") + "\n";
}

function textOf(cell: Cell): string {
  return plain(typeof cell === "object" ? cell.text : String(cell));
}

function shown(cell: Cell, paint: Paint): string {
  return typeof cell === "object" ? paint[cell.tone](textOf(cell)) : textOf(cell);
}
