/** Codes of ITU-T T.4 (tables 2 and 3) and T.6 (table 1), and what they are looked up by. */

/** Codes for white runs of 0 to 63 pixels. */
export const WHITE_CODES: readonly string[] = codes(`
  00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101
  101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100
  0011000 00000010 00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111
  00101000 00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010
  01010011 01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011
  00110010 00110011 00110100
`);

/** Codes for black runs of 0 to 63 pixels. */
export const BLACK_CODES: readonly string[] = codes(`
  0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111
  000011000 0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111
  00000101000 00000010111 00000011000 000011001010 000011001011 000011001100 000011001101
  000001101000 000001101001 000001101010 000001101011 000011010010 000011010011 000011010100
  000011010101 000011010110 000011010111 000001101100 000001101101 000011011010 000011011011
  000001010100 000001010101 000001010110 000001010111 000001100100 000001100101 000001010010
  000001010011 000000100100 000000110111 000000111000 000000100111 000000101000 000001011000
  000001011001 000000101011 000000101100 000001011010 000001100110 000001100111
`);

/** Codes that a white run of 64, 128, … 1,728 pixels begins with. */
export const WHITE_MAKE_UP: readonly string[] = codes(`
  11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100
  011001101 011010010 011010011 011010100 011010101 011010110 011010111 011011000 011011001
  011011010 011011011 010011000 010011001 010011010 011000 010011011
`);

/** Codes that a black run of 64, 128, … 1,728 pixels begins with. */
export const BLACK_MAKE_UP: readonly string[] = codes(`
  0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101
  0000001101100 0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 0000001110010
  0000001110011 0000001110100 0000001110101 0000001110110 0000001110111 0000001010010 0000001010011
  0000001010100 0000001010101 0000001011010 0000001011011 0000001100100 0000001100101
`);

/** Codes that a run of 1,792, 1,856, … 2,560 pixels of either colour begins with. */
export const LONG_MAKE_UP: readonly string[] = codes(`
  00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101
  000000010110 000000010111 000000011100 000000011101 000000011110 000000011111
`);

/** Codes of the two-dimensional modes; `vertical` from three pixels left to three pixels right. */
export const MODE_CODES = {
  pass: "0001",
  horizontal: "001",
  vertical: ["0000010", "000010", "010", "1", "011", "000011", "0000011"],
} as const;

/** Bits by which a run is looked up: those of the longest code. */
export const RUN_BITS = 13;
/** Bits by which a mode is looked up. */
export const MODE_BITS = 7;
/** What {@linkcode MODES} has for a pass; vertical modes have 0 to 6. */
export const PASS = 7;
/** What {@linkcode MODES} has for the horizontal mode. */
export const HORIZONTAL = 8;

/** By the next {@linkcode RUN_BITS} bits: pixels of a white run, times 16, plus bits of its code; 0 where none is. */
export const WHITE_RUNS: Uint16Array = runsOf(WHITE_CODES, WHITE_MAKE_UP);
/** The same of black runs. */
export const BLACK_RUNS: Uint16Array = runsOf(BLACK_CODES, BLACK_MAKE_UP);
/** By the next {@linkcode MODE_BITS} bits: the mode, times 16, plus bits of its code; 0 where none is. */
export const MODES: Uint16Array = lookup(MODE_BITS, [
  ...MODE_CODES.vertical.map((code, at) => [code, at] as const),
  [MODE_CODES.pass, PASS],
  [MODE_CODES.horizontal, HORIZONTAL],
]);

function codes(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

function runsOf(short: readonly string[], makeUp: readonly string[]): Uint16Array {
  return lookup(RUN_BITS, [
    ...short.map((code, run) => [code, run] as const),
    ...[...makeUp, ...LONG_MAKE_UP].map((code, at) => [code, 64 * (at + 1)] as const),
  ]);
}

function lookup(bits: number, entries: readonly (readonly [code: string, value: number])[]): Uint16Array {
  const table = new Uint16Array(1 << bits);
  for (const [code, value] of entries) {
    const from = parseInt(code, 2) << (bits - code.length);
    table.fill(value << 4 | code.length, from, from + (1 << (bits - code.length)));
  }
  return table;
}
