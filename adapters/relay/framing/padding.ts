/** No frame is smaller: a receipt looks like a short message. */
const SMALLEST = 1024;

/**
 * Length that a frame of `length` bytes is padded to: the next of Padmé's steps, so that at most 12 % is added and little
 * more than the order of magnitude shows.
 *
 * Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, section 4.
 */
export function paddedLength(length: number): number {
  const step = stepAt(Math.max(length, SMALLEST));
  return Math.ceil(Math.max(length, SMALLEST) / step) * step;
}

/** The longest padded frame that is no longer than `length`. */
export function longestWithin(length: number): number {
  return length - length % stepAt(length);
}

/** What lengths of this magnitude are multiples of: for one of `e` + 1 bits, the lowest `e` - ⌊log2 `e`⌋ - 1 are zero. */
function stepAt(length: number): number {
  const exponent = Math.floor(Math.log2(length));
  return 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
}
