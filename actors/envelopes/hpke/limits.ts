/**
 * Bounds of the `hpke` envelope. Sealing checks recipients and texts; the largest header (187 kB) and statement (109 kB)
 * they allow are within what opening takes.
 */

/** The header: a recipient takes about 1.7 kB of it. */
export const HEADER_BYTES_MAX = 262_144;
