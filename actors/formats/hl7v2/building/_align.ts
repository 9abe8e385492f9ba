/** Two places of the same thing; -1 where one of the lists lacks it. */
export type Pair = readonly [before: number, after: number];

/** What a thing is told by; `undefined` where it has nothing of the kind. */
export type Key<T> = (item: T) => string | undefined;

/** Part of a list, `to` not among it. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Which things of two lists belong together, in order. Keys go from strict to loose: what one finds stands fast, and the
 * next is asked only about what lies between. Of several with one key the nth belongs to the nth. Takes n log n, however
 * the lists differ.
 */
export function align<T>(
  before: readonly T[],
  after: readonly T[],
  keys: readonly Key<T>[],
): readonly Pair[] {
  const pairs: Pair[] = [];
  alignWithin({ from: 0, to: before.length }, { from: 0, to: after.length }, 0);
  return pairs;

  function alignWithin(mine: Range, others: Range, level: number): void {
    if (level === keys.length || mine.from === mine.to || others.from === others.to) {
      for (let at = mine.from; at < mine.to; at++) pairs.push([at, -1]);
      for (let at = others.from; at < others.to; at++) pairs.push([-1, at]);
      return;
    }
    let { from } = mine, { from: otherFrom } = others;
    const found = sameIn(before.slice(mine.from, mine.to), after.slice(others.from, others.to), keys[level]);
    for (const [at, other] of found) {
      const [next, otherNext] = [mine.from + at, others.from + other];
      alignWithin({ from, to: next }, { from: otherFrom, to: otherNext }, level + 1);
      pairs.push([next, otherNext]);
      from = next + 1;
      otherFrom = otherNext + 1;
    }
    alignWithin({ from, to: mine.to }, { from: otherFrom, to: others.to }, level + 1);
  }
}

/** The longest list of things of one key that stand in the same order in both. */
function sameIn<T>(before: readonly T[], after: readonly T[], key: Key<T>): readonly Pair[] {
  const mine = before.map(key), others = after.map(key);
  const isSame = (at: number, other: number) => mine[at] !== undefined && mine[at] === others[other];
  // What both begin and end with belongs together, even where there is more of the same between.
  const shorter = Math.min(mine.length, others.length);
  let start = 0, end = 0;
  while (start < shorter && isSame(start, start)) start++;
  while (end < shorter - start && isSame(mine.length - 1 - end, others.length - 1 - end)) end++;

  const places = new Map(numbered(others, start, others.length - end));
  const common = numbered(mine, start, mine.length - end).flatMap(([name, at]): Pair[] => {
    const other = places.get(name);
    return other === undefined ? [] : [[at, other]];
  });
  return [
    ...Array.from({ length: start }, (_, at): Pair => [at, at]),
    ...longestIncreasing(common),
    ...Array.from({ length: end }, (_, at): Pair => [mine.length - end + at, others.length - end + at]),
  ];
}

/** Each key with its number among its like, and its place. */
function numbered(keys: readonly (string | undefined)[], from: number, to: number): [string, number][] {
  const counts = new Map<string, number>();
  const named: [string, number][] = [];
  for (let at = from; at < to; at++) {
    const key = keys[at];
    if (key === undefined) continue;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    named.push([`${count} ${key}`, at]);
  }
  return named;
}

/** The most pairs, in order by their first, whose second are in order too (patience sorting). */
function longestIncreasing(pairs: readonly Pair[]): readonly Pair[] {
  /** For each length, the pair with the lowest end that such a list can have. */
  const ends: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, other], at) => {
    let low = 0, high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (pairs[ends[middle]][1] < other) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[at] = ends[low - 1];
    ends[low] = at;
  });
  const longest: Pair[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]) longest.push(pairs[at]);
  return longest.reverse();
}
