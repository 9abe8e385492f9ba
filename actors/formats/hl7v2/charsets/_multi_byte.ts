import type { Charset } from "./_single_byte.ts";

/**
 * A character set of several bytes a character, by its WHATWG label. The platform only decodes these, and decoding
 * forgets (several escape sequences of ISO-2022-JP mean the same), so the original bytes are kept beside the text.
 * For writing, the platform's table is turned round once: all pairs of bytes are decoded and looked up the other way.
 */
export function multiByte(whatwg: string): Charset {
  const decoder = new TextDecoder(whatwg);
  let table: ReadonlyMap<string, readonly number[]> | undefined;
  const bytesOf = (character: string) => (table ??= invert(whatwg)).get(character);
  const encode = (text: string) => {
    const bytes: number[] = [];
    for (const character of text) {
      const found = character < "\x80" ? [character.charCodeAt(0)] : bytesOf(character);
      if (found === undefined) return undefined;
      for (const byte of found) bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  };
  return {
    name: whatwg,
    isExact: false,
    decode: (bytes) => decoder.decode(bytes),
    carries: (text) => encode(text) !== undefined,
    encode,
  };
}

function invert(whatwg: string): ReadonlyMap<string, readonly number[]> {
  const switches = whatwg === "iso-2022-jp";
  const [first, last] = switches ? [0x21, 0x7e] : [0x80, 0xfe];
  const sequences: number[][] = [];
  for (let lead = first; lead <= last; lead++) {
    if (!switches) sequences.push([lead]);
    for (let trail = switches ? first : 0x30; trail <= last; trail++) {
      // Back to ASCII after each character: longer than need be, and right wherever it stands.
      sequences.push(switches ? [0x1b, 0x24, 0x42, lead, trail, 0x1b, 0x28, 0x42] : [lead, trail]);
    }
  }
  // One decode for all: a line feed is never part of a character.
  const lines = new TextDecoder(whatwg).decode(
    Uint8Array.from(sequences.flatMap((bytes) => [...bytes, 0x0a])),
  );
  const table = new Map<string, readonly number[]>();
  lines.split("\n").forEach((character, at) => {
    if (character.length === 0 || character.includes("\uFFFD") || character < "\x80") return;
    if ([...character].length === 1 && !table.has(character)) table.set(character, sequences[at]);
  });
  return table;
}
