import type { PageLayout } from "./layout.ts";

/** Where a piece of a page stands in the file. */
export interface Window {
  /** First byte. */
  readonly from: number;
  /** Behind the last byte that is said to be its own, or that can be where nothing is said. */
  readonly to: number;
  /** How many bytes it has is said, and can be. */
  readonly isSaid: boolean;
  /** It is said to go beyond the file. */
  readonly isClipped: boolean;
  /** Where the next piece of the page begins, or the file ends: it has no byte behind that. */
  readonly toMax: number;
}

/** Where the pieces of a page stand, in order. */
export function windowsOf(layout: PageLayout, fileBytes: number): Window[] {
  const { offsets, byteCounts } = layout;
  const starts = Float64Array.from({ length: offsets.count }, (_, at) => offsets.at(at));
  const next = nextStarts(starts, fileBytes);
  return Array.from(starts, (start, at) => {
    const from = Math.min(start, fileBytes), count = byteCounts?.at(at) ?? 0;
    const isSaid = count > 0, to = isSaid ? Math.min(from + count, fileBytes) : next[at];
    return { from, to, isSaid, isClipped: start + Math.max(count, 1) > fileBytes, toMax: next[at] };
  });
}

/** For each start the one behind it, wherever that stands in the table. */
function nextStarts(starts: Float64Array, fileBytes: number): Float64Array {
  const sorted = starts.slice().sort();
  return starts.map((start) => {
    let low = 0, high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= start) low = middle + 1;
      else high = middle;
    }
    return Math.min(sorted[low] ?? fileBytes, fileBytes);
  });
}
