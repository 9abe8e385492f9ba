/** A character set as a message needs it. */
export interface Charset {
  readonly name: string;
  /**
   * True where text and bytes stand one for the other, so that untouched text encodes to the bytes it came from.
   * Where it is false the original bytes have to be kept.
   */
  readonly isExact: boolean;
  /** Bytes that mean nothing become lone surrogates U+DC80 to U+DCFF, which stand for themselves in `encode`. */
  decode(bytes: Uint8Array): string;
  /** True where the text may be written in it. */
  carries(text: string): boolean;
  /** `undefined` where a character has no bytes. */
  encode(text: string): Uint8Array | undefined;
}

/** Where a byte that means nothing is kept in text: no valid text has a lone surrogate. */
export const STRAY = 0xdc00;

/**
 * A character set of one byte a character, by its WHATWG label. `newMax` bounds what a new value may hold: a label is
 * often narrower than the platform's table for it, and what was received goes out again all the same.
 */
export function singleByte(name: string, whatwg: string, newMax = 0x10ffff): Charset {
  const all = new TextDecoder(whatwg).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  const characters = Array.from(
    all,
    (character, byte) => character === "\uFFFD" ? String.fromCharCode(STRAY + byte) : character,
  );
  const bytesOf = new Map(characters.map((character, byte) => [character, byte]));
  return {
    name,
    isExact: true,
    decode(bytes) {
      let text = "";
      for (const byte of bytes) text += characters[byte];
      return text;
    },
    carries(text) {
      for (const character of text) {
        if (!bytesOf.has(character) || character.codePointAt(0)! > newMax) return false;
      }
      return text.isWellFormed();
    },
    encode(text) {
      const bytes = new Uint8Array(text.length);
      for (let at = 0; at < text.length; at++) {
        const byte = bytesOf.get(text[at]);
        if (byte === undefined) return undefined;
        bytes[at] = byte;
      }
      return bytes;
    },
  };
}
