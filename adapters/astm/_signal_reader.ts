import { Gathered } from "../_kit/bytes/gathered.ts";
import { ACK, ENQ, EOT, type Frame, LF, MARKS, NAK, readFrame, STX } from "./_frame.ts";

/** What stands on the line: one character that says something, or a frame. */
export type Signal =
  | { readonly kind: "enquiry" }
  | { readonly kind: "end" }
  | { readonly kind: "yes" }
  | { readonly kind: "no" }
  | { readonly kind: "frame"; readonly frame: Frame }
  /** A frame that did not come as it was sent: cut, too long, or with a wrong sum. */
  | { readonly kind: "brokenFrame" };

const words: ReadonlyMap<number, Signal> = new Map([
  [ENQ, { kind: "enquiry" }],
  [EOT, { kind: "end" }],
  [ACK, { kind: "yes" }],
  [NAK, { kind: "no" }],
]);

const nothing = new Uint8Array(0);

/**
 * Finds signals in bytes that arrive in pieces. `feed` a piece, then call `next` until it returns `undefined`. Work is
 * linear in the bytes, and never more than a frame is held, however they are cut. What stands between signals is skipped.
 *
 * A frame ends with LF. An STX within it begins another, and ENQ or EOT ends it: its sender has given it up.
 */
export class SignalReader {
  readonly #frameBytesMax: number;
  readonly #gathered = new Gathered();
  #piece: Uint8Array = nothing;
  #at = 0;
  #isWithin = false;
  #isTooLong = false;
  #skipped = 0;

  /** `textBytesMax`: longest text of a frame. */
  constructor(textBytesMax: number) {
    // All of a frame but STX and LF.
    this.#frameBytesMax = textBytesMax + MARKS - 2;
  }

  /** True within a frame. */
  get isWithin(): boolean {
    return this.#isWithin;
  }

  /** True where more stands in the piece than was read of it. */
  get hasMore(): boolean {
    return this.#at < this.#piece.length;
  }

  /** Memory that it keeps for what is not whole, in bytes. */
  get heldBytes(): number {
    return this.#gathered.heldBytes;
  }

  /** Gives the next piece. MUST NOT be called before `next` has returned `undefined` for the last one. */
  feed(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = 0;
  }

  /** The next signal. */
  next(): Signal | undefined {
    while (this.#at < this.#piece.length) {
      const signal = this.#isWithin ? this.#frame() : this.#word(this.#piece[this.#at++]);
      if (signal) return signal;
    }
    return undefined;
  }

  /** How many bytes between signals were skipped since this was last called. */
  takeSkipped(): number {
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }

  #word(byte: number): Signal | undefined {
    if (byte === STX) this.#begin();
    else if (!words.has(byte)) this.#skipped++;
    return words.get(byte);
  }

  #begin(): void {
    this.#skipped += this.#gathered.length;
    this.#gathered.clear();
    this.#isWithin = true;
    this.#isTooLong = false;
  }

  /** Reads on in a frame. */
  #frame(): Signal | undefined {
    const piece = this.#piece, from = this.#at;
    let byte = -1;
    while (this.#at < piece.length && !isMark(byte)) byte = piece[this.#at++];
    const until = isMark(byte) ? this.#at - 1 : this.#at;
    const room = this.#frameBytesMax - this.#gathered.length;
    if (until - from > room) this.#isTooLong = true;
    this.#gathered.add(piece.subarray(from, Math.min(until, from + room)));
    if (!isMark(byte)) return undefined;
    if (byte === STX) return this.#begin() as undefined;
    this.#isWithin = false;
    if (byte !== LF) {
      this.#skipped += this.#gathered.length;
      this.#gathered.clear();
      return words.get(byte);
    }
    const isTooLong = this.#isTooLong;
    const frame = readFrame(this.#gathered.view());
    this.#gathered.clear();
    return frame && !isTooLong ? { kind: "frame", frame } : { kind: "brokenFrame" };
  }
}

/** What ends a frame, or begins another. */
function isMark(byte: number): boolean {
  return byte === LF || byte === STX || byte === ENQ || byte === EOT;
}
