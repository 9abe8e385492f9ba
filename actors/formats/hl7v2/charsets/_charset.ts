/** A character set as a message needs it. */
export type Charset = ExactCharset | InexactCharset;

interface AnyCharset {
  /** As errors name it: a label of the WHATWG Encoding Standard where there is one. */
  readonly name: string;
  /** Bytes that mean nothing become lone surrogates, which stand for themselves in `encode`, or U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** True where new text may be written in it. */
  carries(text: string): boolean;
  /** `undefined` where a character has no bytes. */
  encode(text: string): Uint8Array | undefined;
}

/** Text and bytes stand one for the other: untouched text encodes to the bytes it came from. */
export interface ExactCharset extends AnyCharset {
  readonly isExact: true;
  /** True where ASCII text has other bytes than in ASCII: UTF-16, UTF-32. */
  readonly isWide?: boolean;
}

/** Several byte sequences may mean the same, so the original bytes have to be kept. */
export interface InexactCharset extends AnyCharset {
  readonly isExact: false;
  readonly isWide?: false;
  /** The bytes between delimiters, one ASCII character; a byte that is part of another character is none. */
  split(bytes: Uint8Array, delimiter: number): Uint8Array[];
}

/** Where a byte that means nothing is kept in text: no valid text has a lone surrogate. */
export const STRAY = 0xdc00;
