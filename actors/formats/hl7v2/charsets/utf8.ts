import { type ExactCharset, STRAY } from "./_charset.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const tolerant = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8 that is valid throughout. */
export const utf8: ExactCharset = {
  name: "utf-8",
  isExact: true,
  decode: (bytes) => tolerant.decode(bytes),
  carries: (text) => text.isWellFormed(),
  encode: (text) => text.isWellFormed() ? encoder.encode(text) : encodeWithStrays(text),
};

/** True where bytes that were decoded as UTF-8 are all ASCII. */
export function isAscii(decoded: string, bytes: Uint8Array): boolean {
  // A character beyond ASCII is shorter than its bytes, unless it stands for a broken one.
  return decoded.length === bytes.length && !decoded.includes("\uFFFD");
}

/** The text, or `undefined` where the bytes are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * UTF-8 in which single bytes are something else: a field cut off within a character, one value from an older system.
 * `undefined` where no character beyond ASCII is valid, so that the bytes are hardly UTF-8 at all.
 */
export function utf8WithStrays(bytes: Uint8Array): ExactCharset | undefined {
  for (let at = 0; at < bytes.length; at++) {
    if (sequenceLength(bytes, at) > 1) return { ...utf8, decode: decodeWithStrays };
  }
  return undefined;
}

function decodeWithStrays(bytes: Uint8Array): string {
  let text = "", run = 0;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += tolerant.decode(bytes.subarray(run, at)) + String.fromCharCode(STRAY + bytes[at]);
      run = at + 1;
    }
    at += length || 1;
  }
  return text + tolerant.decode(bytes.subarray(run));
}

function encodeWithStrays(text: string): Uint8Array | undefined {
  const pieces: Uint8Array[] = [];
  // With the flag `u` a surrogate matches only where it has no partner.
  for (const piece of text.split(/([\uDC80-\uDCFF])/u)) {
    const isStray = piece.length === 1 && !piece.isWellFormed();
    if (!isStray && !piece.isWellFormed()) return undefined;
    pieces.push(isStray ? Uint8Array.of(piece.charCodeAt(0) - STRAY) : encoder.encode(piece));
  }
  return joinBytes(pieces);
}

/** One array of many. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Length of the well-formed sequence at `at`, 0 where there is none (Unicode, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const second = bytes[at + 1];
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (!(second >= lowest && second <= highest)) return 0;
  for (let next = at + 2; next < at + length; next++) {
    if (!(bytes[next] >= 0x80 && bytes[next] <= 0xbf)) return 0;
  }
  return length;
}
