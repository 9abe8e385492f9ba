import { type ExactCharset, STRAY } from "./_charset.ts";

/**
 * A character set of one byte a character, by its WHATWG label. One of the ISO 8859 family `isNarrow`: the platform
 * has letters and signs at 0x80 to 0x9F, where the standards have controls. What was received goes out again all the
 * same, but no new value may hold them.
 */
export function singleByte(name: string, whatwg: string, isNarrow = false): ExactCharset {
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
        const byte = bytesOf.get(character);
        if (byte === undefined || isNarrow && byte >= 0x80 && byte < 0xa0) return false;
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
