/** Numbers between 0, included, and 1, the same for the same seed: George Marsaglia's xorshift, 32 bits. */
export function seeded(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** `count` different whole numbers from `from` to `to`, growing, one from each of as many equal stretches. */
export function pointsBetween(from: number, to: number, count: number, random: () => number): number[] {
  const stretch = (to - from) / count;
  return Array.from({ length: count }, (_, at) => Math.floor(from + (at + random()) * stretch));
}
