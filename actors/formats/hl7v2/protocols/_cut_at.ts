/** How far back from the best place a better one is looked for. */
const LOOK_BACK = 1024;

/**
 * Where a segment is cut, at `to` or a little before, behind `from`: between two ASCII characters, which is between
 * characters in every character set without escape sequences, or else where a character of UTF-8 begins.
 */
export function cutAt(segment: Uint8Array, from: number, to: number): number {
  // The id and the first field separator stay together.
  const lowest = Math.max(from + 1, 4, to - LOOK_BACK);
  for (let at = to; at >= lowest; at--) {
    if (segment[at - 1] < 0x80 && segment[at] < 0x80) return at;
  }
  for (let at = to; at >= Math.max(lowest, to - 3); at--) {
    if ((segment[at] & 0xc0) !== 0x80) return at;
  }
  return to;
}
