/** How far back from the best place a better one is looked for. */
const LOOK_BACK = 1024;

/**
 * Where a segment is cut, at `to` or a little before, behind `from`: between two ASCII characters, which is between
 * characters in nearly every character set; else behind one, as the second byte of a character may look like it; else
 * where a character of UTF-8 begins.
 */
export function cutAt(segment: Uint8Array, from: number, to: number): number {
  // The id and the first field separator stay together.
  const lowest = Math.max(from + 1, 4, to - LOOK_BACK);
  const fits = [
    (at: number) => segment[at - 1] < 0x80 && segment[at] < 0x80,
    (at: number) => segment[at - 1] < 0x80,
    (at: number) => segment[at] >= 0xc0,
  ];
  for (const isBetween of fits) {
    for (let at = to; at >= lowest; at--) if (isBetween(at)) return at;
  }
  return to;
}
