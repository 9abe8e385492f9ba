/** The known word a person most likely meant; `undefined` where none is near enough to be a slip of the finger. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const meant = word.toLowerCase();
  let best: string | undefined;
  // One slip in three letters: `prot` is `port`, but `https` is not `file`.
  let bestDistance = Math.max(1, Math.floor(meant.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(meant, candidate.toLowerCase(), bestDistance);
    // Where every letter would have to change nothing points to the word: `X` is not `P`.
    const isNear = distance < Math.max(meant.length, candidate.length, 1);
    if (distance < bestDistance && isNear) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** A hint for a word that is not known: the one meant, or all there are. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const words = [...known];
  const near = suggest(word, words);
  if (near !== undefined) return `did you mean ${near}?`;
  return words.length === 0 ? undefined : `there is ${words.join(", ")}`;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment); `most` as
 * soon as it cannot be less.
 */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) >= most) return most;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) >= most) return most;
    [before, last] = [last, row];
  }
  return Math.min(last[b.length], most);
}
