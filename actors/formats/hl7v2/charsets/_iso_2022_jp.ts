import type { InexactCharset } from "./_charset.ts";
import { tableOf } from "./_double_byte.ts";

const ESC = 0x1b;
/** What the bytes behind an escape sequence are, by the sequence without its ESC. */
type Mode = "ascii" | "kana" | "kanji" | "supplement";
const MODES: ReadonlyMap<string, Mode> = new Map([
  ["(B", "ascii"],
  // JIS X 0201 has yen and overline at 5C and 7E, where HL7's delimiters are: taken for ASCII, as in Shift_JIS.
  ["(J", "ascii"],
  ["(I", "kana"],
  ["$@", "kanji"],
  ["$B", "kanji"],
  ["$(@", "kanji"],
  ["$(B", "kanji"],
  ["$(D", "supplement"],
]);
/** Say nothing of the bytes behind them: kana by the eighth bit, a revision of the standard. */
const SILENT: ReadonlySet<string> = new Set([")I", "&@"]);
const SWITCHES: Readonly<Record<Mode, string>> = { ascii: "(B", kana: "(I", kanji: "$B", supplement: "$(D" };

const eucJp = new TextDecoder("euc-jp");

/**
 * Japanese by escape sequences (ISO 2022, RFC 1468, RFC 2237): JIS X 0208 (ISO IR87), the katakana of JIS X 0201 (ISO
 * IR13), and JIS X 0212 (ISO IR159), which the platform's own decoder lacks; new values hold characters of the last
 * only where the character set `hasSupplement`. Every text begins and ends in ASCII. Read by way of EUC-JP, whose
 * characters are the same.
 */
export function iso2022Jp(name: string, hasSupplement: boolean): InexactCharset {
  const encode = (text: string) => encodeSwitching(text, hasSupplement);
  return { name, isExact: false, decode, carries: (text) => encode(text) !== undefined, encode, split };
}

/** Where each run of a mode starts and ends, without the escape sequences. */
function* runsOf(bytes: Uint8Array): Generator<readonly [mode: Mode, start: number, end: number]> {
  let mode: Mode = "ascii", start = 0;
  for (let at = bytes.indexOf(ESC); at >= 0; at = bytes.indexOf(ESC, at + 1)) {
    const sequence = sequenceAt(bytes, at + 1);
    if (sequence === undefined) continue;
    yield [mode, start, at];
    mode = MODES.get(sequence) ?? mode;
    start = at + 1 + sequence.length;
  }
  yield [mode, start, bytes.length];
}

function sequenceAt(bytes: Uint8Array, at: number): string | undefined {
  const three = String.fromCharCode(...bytes.subarray(at, at + 3)), two = three.slice(0, 2);
  const isKnown = (sequence: string) => MODES.has(sequence) || SILENT.has(sequence);
  return isKnown(three) ? three : isKnown(two) ? two : undefined;
}

function decode(bytes: Uint8Array): string {
  // The escape sequence before a run makes up for what a lone byte at its end grows by.
  const euc = new Uint8Array(bytes.length * 2);
  let length = 0;
  for (const [mode, start, end] of runsOf(bytes)) {
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte <= 0x20 || mode === "ascii" && byte < 0x80) {
        euc[length++] = byte;
      } else if (mode === "ascii" || mode === "kana") {
        euc[length++] = 0x8e;
        euc[length++] = byte | 0x80;
      } else {
        if (mode === "supplement") euc[length++] = 0x8f;
        euc[length++] = byte | 0x80;
        // FF is no character in any mode.
        euc[length++] = at + 1 < end ? bytes[++at] | 0x80 : 0xff;
      }
    }
  }
  return eucJp.decode(euc.subarray(0, length));
}

function encodeSwitching(text: string, hasSupplement: boolean): Uint8Array | undefined {
  const { bytesOf } = tableOf("euc-jp");
  // At most an escape sequence of four bytes before each character of two, and one of three at the end.
  const bytes = new Uint8Array(text.length * 6 + 3);
  let mode: Mode = "ascii", length = 0;
  const to = (next: Mode) => {
    if (mode === next) return;
    bytes[length++] = ESC;
    for (const character of SWITCHES[next]) bytes[length++] = character.charCodeAt(0);
    mode = next;
  };
  for (const character of text) {
    if (character < "\x80") {
      to("ascii");
      bytes[length++] = character.charCodeAt(0);
      continue;
    }
    const found = bytesOf.get(character);
    if (found === undefined || found[0] === 0x8f && !hasSupplement) return undefined;
    to(found[0] === 0x8e ? "kana" : found[0] === 0x8f ? "supplement" : "kanji");
    for (const byte of found) if (byte >= 0xa1) bytes[length++] = byte & 0x7f;
  }
  to("ascii");
  const written = bytes.slice(0, length);
  // An ESC of the text itself may make a sequence with what follows it.
  return text.includes("\x1b") && decode(written) !== text ? undefined : written;
}

function split(bytes: Uint8Array, delimiter: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const [mode, start, end] of runsOf(bytes)) {
    if (mode !== "ascii") continue;
    for (
      let at = bytes.indexOf(delimiter, start);
      at >= 0 && at < end;
      at = bytes.indexOf(delimiter, at + 1)
    ) {
      parts.push(bytes.subarray(from, at));
      from = at + 1;
    }
  }
  return [...parts, bytes.subarray(from)];
}
