import type { InexactCharset } from "./_charset.ts";

/**
 * A character set of one byte for ASCII and mostly two for the rest, by its WHATWG label. The platform only decodes
 * these, and decoding forgets (some characters have two places), so the original bytes are kept beside the text. For
 * writing, the platform's table is turned round, once. `bytesMax` bounds what a new value may use.
 */
export function doubleByte(name: string, whatwg: string, bytesMax = 4): InexactCharset {
  const decoder = new TextDecoder(whatwg);
  const bytesOf = (character: string) =>
    whatwg === "gb18030" && character.length === 2
      ? inGb18030(character)
      : tableOf(whatwg).bytesOf.get(character);
  return {
    name,
    isExact: false,
    decode: (bytes) => decoder.decode(bytes),
    carries(text) {
      for (const character of text) {
        if (character >= "\x80" && !((bytesOf(character)?.length ?? Infinity) <= bytesMax)) return false;
      }
      return true;
    },
    encode: (text) => encodeBy(bytesOf, text),
    split(bytes, delimiter) {
      const { isPair } = tableOf(whatwg), parts: Uint8Array[] = [];
      let start = 0;
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] === delimiter) {
          parts.push(bytes.subarray(start, at));
          start = at + 1;
        } else if (bytes[at] >= 0x80 && isPair[bytes[at] << 8 | bytes[at + 1]] === 1) {
          at++;
        }
      }
      return [...parts, bytes.subarray(start)];
    },
  };
}

function encodeBy(
  bytesOf: (character: string) => readonly number[] | undefined,
  text: string,
): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length * 4);
  let end = 0;
  for (const character of text) {
    if (character < "\x80") {
      bytes[end++] = character.charCodeAt(0);
      continue;
    }
    const found = bytesOf(character);
    if (found === undefined) return undefined;
    for (const byte of found) bytes[end++] = byte;
  }
  return bytes.slice(0, end);
}

/** GB 18030 counts what lies beyond the first plane of Unicode through, from 90 30 81 30 on. */
function inGb18030(character: string): number[] {
  const index = character.codePointAt(0)! - 0x10000;
  const [first, second, third] = [12600, 1260, 10].map((size) => Math.trunc(index / size));
  return [0x90 + first, 0x30 + second % 10, 0x81 + third % 126, 0x30 + index % 10];
}

/** The platform's table for a label, the other way round. */
export interface Table {
  readonly bytesOf: ReadonlyMap<string, readonly number[]>;
  /** 1 where two bytes, as one number, are a character. */
  readonly isPair: Uint8Array;
}

const tables = new Map<string, Table>();

/** Made when it is needed first: about 20,000 characters. */
export function tableOf(whatwg: string): Table {
  let table = tables.get(whatwg);
  if (table === undefined) tables.set(whatwg, table = makeTable(whatwg));
  return table;
}

function makeTable(whatwg: string): Table {
  const bytesOf = new Map<string, readonly number[]>(), isPair = new Uint8Array(0x10000);
  const decoder = new TextDecoder(whatwg);
  for (const sequences of sequencesOf(whatwg)) {
    // One decode for many: a line feed is never part of a character.
    const lines = decoder.decode(Uint8Array.from(sequences.flatMap((bytes) => [...bytes, 0x0a])));
    lines.split("\n").forEach((character, nth) => {
      const bytes = sequences[nth];
      // Two characters are a base and a mark (in Big5), or, with an ASCII one in second place, no pair.
      if (character < "\x80" || character.includes("\uFFFD") || character.charCodeAt(1) < 0x80) return;
      if (bytes.length === 2) isPair[bytes[0] << 8 | bytes[1]] = 1;
      const isOne = [...character].length === 1;
      if (isOne && !isReadOnly(whatwg, bytes) && !bytesOf.has(character)) bytesOf.set(character, bytes);
    });
  }
  return { bytesOf, isPair };
}

function* sequencesOf(whatwg: string): Generator<number[][]> {
  const sequences: number[][] = [];
  for (let lead = 0x80; lead <= 0xfe; lead++) {
    sequences.push([lead]);
    for (let trail = 0x30; trail <= 0xfe; trail++) sequences.push([lead, trail]);
  }
  yield sequences;
  if (whatwg === "euc-jp") yield inRanges([0x8f, 0x8f], [0xa1, 0xfe], [0xa1, 0xfe]);
  // What is left of the first plane of Unicode.
  if (whatwg === "gb18030") yield inRanges([0x81, 0x84], [0x30, 0x39], [0x81, 0xfe], [0x30, 0x39]);
}

function inRanges(...ranges: readonly (readonly [first: number, last: number])[]): number[][] {
  return ranges.reduce<number[][]>(
    (all, [first, last]) =>
      all.flatMap((bytes) => Array.from({ length: last - first + 1 }, (_, nth) => [...bytes, first + nth])),
    [[]],
  );
}

/**
 * Second places of characters, which are read but never written (WHATWG Encoding Standard, indexes): in Big5 the
 * additions of Hong Kong and two numerals, in Shift_JIS what NEC selected of IBM's additions, in GB 18030 the euro sign
 * of GBK.
 */
function isReadOnly(whatwg: string, [lead, trail]: readonly number[]): boolean {
  if (whatwg === "big5") return lead < 0xa1 || lead === 0xa2 && (trail === 0xcc || trail === 0xce);
  if (whatwg === "gb18030") return lead === 0x80;
  return whatwg === "shift_jis" && (lead === 0xed || lead === 0xee);
}
