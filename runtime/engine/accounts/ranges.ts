import type { Range } from "../../journal/exchanged.ts";

/** Sets of whole numbers, as ranges in order and apart from each other. Each result is made in one pass over both. */
export type Ranges = readonly Range[];

/** Numbers that are in one of two sets. */
export function union(one: Ranges, other: Ranges): Ranges {
  const all: [number, number][] = [];
  for (const [first, last] of merged(one, other)) {
    const before = all.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else all.push([first, last]);
  }
  return all;
}

/** Numbers of one set that are not in the other. */
export function without(one: Ranges, other: Ranges): Ranges {
  const left: Range[] = [];
  let at = 0;
  for (let [first, last] of one) {
    while (at < other.length && other[at][1] < first) at++;
    for (let next = at; next < other.length && other[next][0] <= last; next++) {
      const [from, to] = other[next];
      if (from > first) left.push([first, from - 1]);
      first = to + 1;
    }
    if (first <= last) left.push([first, last]);
  }
  return left;
}

/** Numbers that are in both sets. */
export function common(one: Ranges, other: Ranges): Ranges {
  return without(one, without(one, other));
}

/** Numbers of a set from the first to the last of a range. */
export function within(ranges: Ranges, [first, last]: Range): Ranges {
  return first > last ? [] : common(ranges, [[first, last]]);
}

/** How many numbers there are. */
export function count(ranges: Ranges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** True where ranges are whole numbers from 1 on, in order and apart. */
export function areRanges(value: unknown): value is Ranges {
  let before = -1;
  return Array.isArray(value) && value.every((range) => {
    if (!Array.isArray(range) || range.length !== 2 || !range.every(Number.isSafeInteger)) return false;
    const [first, last] = range as [number, number];
    const isNext = first >= 1 && first > before + 1 && last >= first;
    before = last;
    return isNext;
  });
}

/** As a person reads them: `3, 7–12, 20`; the rest counted where there are many. */
export function rangesText(ranges: Ranges, most = 5): string {
  const shown = ranges.slice(0, most).map(([first, last]) =>
    first === last ? `${first}` : `${first}–${last}`
  );
  const rest = count(ranges.slice(most));
  return rest === 0 ? shown.join(", ") : `${shown.join(", ")} and ${rest} more`;
}

/** The ranges of both, by where they begin. */
function merged(one: Ranges, other: Ranges): Ranges {
  const all: Range[] = [];
  for (let left = 0, right = 0; left < one.length || right < other.length;) {
    const isLeft = right >= other.length || left < one.length && one[left][0] <= other[right][0];
    all.push(isLeft ? one[left++] : other[right++]);
  }
  return all;
}
