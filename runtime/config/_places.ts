import type { Place } from "./problem.ts";

/**
 * Turns offsets in a text into places. Counts the lines itself: what the YAML parser counts on the way goes wrong
 * behind a bracket that is never closed.
 */
export function placesOf(text: string, file?: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low] + 1, ...(file === undefined ? {} : { file }) };
  };
}
