/** Characters that are often taken for each other, as one of them. Only for comparing labels and words. */
const ALIKE: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "l",
  "i": "l",
  "|": "l",
  "!": "l",
  "5": "s",
  "8": "b",
  "6": "b",
  "2": "z",
};

/** Small letters and digits only, those that look alike made the same: what labels are compared by. */
export function fold(text: string): string {
  let folded = "";
  for (const character of text.normalize("NFKD").toLowerCase()) {
    if (/[\p{L}\p{N}#%|!]/u.test(character)) folded += ALIKE[character] ?? character;
  }
  return folded;
}

/**
 * How many characters have to be changed, left out or put in to make one text of the other; `limit + 1` where they are
 * more than that. Work is bounded by the shorter text times `limit`.
 */
export function distance(a: string, b: string, limit: number): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > limit || limit <= 0) return limit + 1;
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(limit + 1);
    row[0] = i;
    let least = i;
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j++) {
      const swap = before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(swap, before[j] + 1, row[j - 1] + 1);
      if (row[j] < least) least = row[j];
    }
    if (least > limit) return limit + 1;
    before = row;
  }
  return Math.min(before[b.length], limit + 1);
}

/** How alike two folded texts are, between 0 and 1; 0 where more than a share of `errors` differs. */
export function likeness(a: string, b: string, errors = 0.25): number {
  const length = Math.max(a.length, b.length);
  if (length === 0) return 0;
  const limit = Math.floor(length * errors);
  const apart = distance(a, b, limit);
  return apart > limit ? 0 : 1 - apart / length;
}
