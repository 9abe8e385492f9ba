/** Things that are alike, one behind the other. */
export interface Run<T> {
  readonly first: T;
  readonly last: T;
  readonly count: number;
}

/** Puts what is alike and stands next to each other together: a peer that is down for a night fails a thousand times. */
export function runsOf<T>(things: Iterable<T>, isAlike: (a: T, b: T) => boolean): readonly Run<T>[] {
  const runs: Run<T>[] = [];
  for (const thing of things) {
    const run = runs.at(-1);
    if (run && isAlike(run.last, thing)) {
      runs[runs.length - 1] = { ...run, last: thing, count: run.count + 1 };
    } else runs.push({ first: thing, last: thing, count: 1 });
  }
  return runs;
}

/** How often something is there: `delivered`, `delivered ×3`. */
export function timesText(text: string, count: number): string {
  return count === 1 ? text : `${text} ×${count}`;
}

/** Words with how often each is there, in the order they come first: `delivered ×3, queued`. */
export function countedText(words: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => timesText(word, count)).join(", ");
}
