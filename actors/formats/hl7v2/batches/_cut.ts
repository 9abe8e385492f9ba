import { CR, FS, isMark, LF, narrowed, VT } from "../syntax/wire.ts";

/** What a piece begins with; nothing for what stands before the first segment of these names. */
export type PieceName = "FHS" | "BHS" | "MSH" | "BTS" | "FTS" | "";

/** A file from one of these segments up to the next. */
export interface Piece {
  readonly name: PieceName;
  /** Without what surrounds it; with the terminator of its last line, where it has one. A view, no copy. */
  readonly bytes: Uint8Array;
  /** Where the next piece begins. */
  readonly length: number;
}

/**
 * Cuts a file at each line that begins with MSH, FHS, BHS, BTS or FTS, whatever it makes of the order they come in. Byte
 * order marks, the bytes of MLLP frames and blank lines between them are left out.
 *
 * Lines end as in the message parser: what ends a piece's first line decides whether LF ends the others.
 */
export class Cutter {
  #name: PieceName = "";
  /** Bytes of the piece that were looked at. */
  #at = 0;
  /** Where the piece ends, if nothing but ends of lines follows. */
  #end = 0;
  /** Whether a line begins at `#at`. */
  #isFresh = true;
  #firstCr = -1;
  #lfEndsLines: boolean | undefined;

  /** The next piece of what begins where the one before ended; `undefined`: more bytes are needed, or there are none. */
  next(bytes: Uint8Array, isWhole: boolean): Piece | undefined {
    const { length } = bytes;
    let at = this.#at;
    for (; at < length; at++) {
      if (!this.#isFresh) {
        while (at < length && bytes[at] > FS) at++;
        if (at === length) break;
      }
      if (this.#endsLine(bytes[at], at)) {
        if (!this.#isFresh) this.#end = at;
        this.#isFresh = true;
      } else if (this.#isFresh) {
        if (length - at < NAMED && !isWhole) break;
        if (isMark(bytes, at)) {
          at += 2;
          continue;
        }
        this.#isFresh = false;
        const name = nameAt(bytes, at);
        if (name !== "") return this.#cut(bytes, at, name);
      }
    }
    this.#at = at;
    return isWhole && at > 0 ? this.#cut(bytes, at, "") : undefined;
  }

  #cut(bytes: Uint8Array, at: number, next: PieceName): Piece {
    const name = this.#name;
    const content = bytes.subarray(0, this.#contentEnd(bytes, at, next));
    this.#name = next;
    this.#at = next === "" ? 0 : next.length;
    this.#end = 0;
    this.#isFresh = false;
    this.#firstCr = -1;
    this.#lfEndsLines = undefined;
    return { name, bytes: content, length: at };
  }

  #contentEnd(bytes: Uint8Array, at: number, next: PieceName): number {
    if (next === "" && !this.#isFresh) return at;
    let end = this.#end;
    if (end === 0) return 0;
    if (bytes[end] === CR) end++;
    if (bytes[end] === LF) end++;
    return end;
  }

  #endsLine(byte: number, at: number): boolean {
    if (byte === CR) {
      if (this.#lfEndsLines === undefined) this.#firstCr = at;
      this.#lfEndsLines ??= false;
      return true;
    }
    if (byte !== LF) return byte === VT || byte === FS;
    if (this.#lfEndsLines === undefined || this.#firstCr === at - 1) this.#lfEndsLines = true;
    return this.#lfEndsLines || this.#isFresh;
  }
}

/** The pieces of bytes in memory, one by one; of UTF-16 and UTF-32 in UTF-8. Errors: HL7V2_BYTES_INVALID. */
export function* cut(file: Uint8Array): Generator<Piece> {
  const bytes = narrowed(file), cutter = new Cutter();
  for (let at = 0;;) {
    const piece = cutter.next(bytes.subarray(at), true);
    if (!piece) return;
    at += piece.length;
    yield piece;
  }
}

/** The name of the segment that begins at a place, where it is one of those a file is cut at. */
export function nameAt(bytes: Uint8Array, at: number): PieceName {
  const after = bytes[at + 3];
  if (isWord(after)) return "";
  return NAMES.get(bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2]) ?? "";
}

const NAMES: ReadonlyMap<number, PieceName> = new Map(
  (["FHS", "BHS", "MSH", "BTS", "FTS"] as const).map((name) => [
    name.charCodeAt(0) << 16 | name.charCodeAt(1) << 8 | name.charCodeAt(2),
    name,
  ]),
);

/** Bytes that tell a name: its own, and the separator behind it. */
const NAMED = 4;

/** Letters, digits and the space are no field separators: text that happens to begin with a name goes on with them. */
function isWord(byte: number | undefined): boolean {
  return byte !== undefined &&
    (byte === 0x20 || byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5a ||
      byte >= 0x61 && byte <= 0x7a);
}
