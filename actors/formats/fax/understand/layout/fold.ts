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
  let [before, row]: readonly Uint16Array[] = ROWS;
  if (b.length >= before.length) return limit + 1;
  for (let j = 0; j <= b.length; j++) before[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const from = Math.max(1, i - limit);
    const to = Math.min(b.length, i + limit);
    row[from - 1] = from === 1 ? i : limit + 1;
    let least = row[from - 1];
    const character = a.charCodeAt(i - 1);
    for (let j = from; j <= to; j++) {
      let cost = before[j - 1] + (character === b.charCodeAt(j - 1) ? 0 : 1);
      if (j < i + limit && before[j] + 1 < cost) cost = before[j] + 1;
      if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    [before, row] = [row, before];
  }
  return Math.min(before[b.length], limit + 1);
}

/** Two rows that are used again and again: this is called some ten thousand times a page. */
const ROWS = [new Uint16Array(256), new Uint16Array(256)] as const;

/** How alike two folded texts are, between 0 and 1; 0 where more than a share of `errors` differs. */
export function likeness(a: string, b: string, errors = 0.25): number {
  const length = Math.max(a.length, b.length);
  if (length === 0) return 0;
  const limit = Math.floor(length * errors);
  const apart = distance(a, b, limit);
  return apart > limit ? 0 : 1 - apart / length;
}
