import { CR, FS, isFiller, startsAgain, VT } from "./frame.ts";

/** How the bytes of a peer break the rules of framing. */
export type Breach =
  /** A frame is larger than `frameBytesMax`. */
  | "tooLarge"
  /** Bytes that are no frame: a message without its VT, or more than `skippedBytesMax` of anything. */
  | "startMissing"
  /** A frame starts within a frame. */
  | "startRepeated"
  /** The bytes ended, or paused for too long, within a frame. */
  | "endMissing";

/** Thrown where framing is broken. The reader is of no use afterwards. */
export class BrokenFrame extends Error {
  override readonly name = "BrokenFrame";
  /** `bytes`: what was read of the frame, or instead of one; its own memory. Message content. */
  constructor(readonly breach: Breach, readonly bytes: Uint8Array) {
    super(breach);
  }
}

/** Bounds of a {@linkcode FrameReader}. */
export interface FrameLimits {
  readonly frameBytesMax: number;
  /** Bytes between frames that are kept, and then too many; 64 KiB where left out. */
  readonly skippedBytesMax?: number;
}

const nothing = new Uint8Array(0);

/**
 * Finds frames in bytes that arrive in pieces. `feed` a piece, then call `next` until it returns `undefined`; only
 * then may the piece's memory be used again. Work is linear in the bytes, however they are cut.
 *
 * A frame ends with FS CR. An FS before anything else is data, except at the start of the next frame (VT): there the
 * sender left the CR out. Where it leaves it out and waits, `end` ends the frame.
 */
export class FrameReader {
  readonly #frameBytesMax: number;
  readonly #skippedBytesMax: number;
  #piece: Uint8Array = nothing;
  #at = 0;
  /** What was read of a frame, or instead of one, in pieces before this one. */
  #held = nothing;
  #length = 0;
  #within = false;
  #skipped = 0;

  constructor({ frameBytesMax, skippedBytesMax = 64 * 1024 }: FrameLimits) {
    this.#frameBytesMax = frameBytesMax;
    this.#skippedBytesMax = skippedBytesMax;
  }

  /** Where in the bytes it is: between two frames, within one, or behind an FS that may be the end of one. */
  get place(): "between" | "within" | "atEnd" {
    if (!this.#within) return "between";
    return this.#length > 0 && this.#held[this.#length - 1] === FS ? "atEnd" : "within";
  }

  /** Gives the next piece. MUST NOT be called before `next` has returned `undefined` for the last one. */
  feed(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = 0;
  }

  /** The next whole frame, without its marks, in memory of its own. Throws {@linkcode BrokenFrame}. */
  next(): Uint8Array | undefined {
    if (!this.#within && !this.#findStart()) return undefined;
    return this.#findEnd();
  }

  /**
   * No more bytes come, or none for now: ends a frame that lacks only its CR. Returns `undefined` between frames;
   * throws {@linkcode BrokenFrame} within one.
   */
  end(): Uint8Array | undefined {
    if (!this.#within) return undefined;
    if (this.place === "within") throw this.#broken("endMissing");
    this.#length--;
    return this.#finish();
  }

  /** Bytes skipped between frames since this was last called. */
  takeSkipped(): number {
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }

  /** Moves behind the next VT. What stands before it is skipped, unless it looks like a message. */
  #findStart(): boolean {
    const piece = this.#piece;
    if (this.#at >= piece.length) return false;
    const start = piece.indexOf(VT, this.#at);
    const until = start < 0 ? piece.length : start;
    if (until > this.#at) this.#skip(until);
    if (start < 0) return false;
    this.#at = start + 1;
    this.#length = 0;
    this.#within = true;
    return true;
  }

  #skip(until: number): void {
    this.#skipped += until - this.#at;
    // CR, LF, NUL and stray marks between frames are common and mean nothing: not even worth keeping.
    while (this.#length === 0 && this.#at < until && isFiller(this.#piece[this.#at])) this.#at++;
    if (this.#at === until) return;
    const from = Math.max(this.#length - 1, 0);
    this.#hold(this.#at, Math.min(until, this.#at + this.#skippedBytesMax + 1 - this.#length));
    this.#at = until;
    if (this.#length > this.#skippedBytesMax || holdsEnd(this.#held.subarray(from, this.#length))) {
      throw this.#broken("startMissing");
    }
  }

  #findEnd(): Uint8Array | undefined {
    const piece = this.#piece;
    if (this.#at >= piece.length) return undefined;
    if (this.place === "atEnd" && isEnd(piece[this.#at])) {
      if (piece[this.#at] === CR) this.#at++;
      this.#length--;
      return this.#finish();
    }
    let end = piece.indexOf(FS, this.#at);
    while (end >= 0 && end + 1 < piece.length && !isEnd(piece[end + 1])) end = piece.indexOf(FS, end + 1);
    const whole = end >= 0 && end + 1 < piece.length;
    const until = whole ? end : piece.length;
    // An FS in last place may be the end, and then is no part of the frame.
    const length = this.#length + until - this.#at - (end >= 0 && !whole ? 1 : 0);
    if (length > this.#frameBytesMax) {
      this.#hold(this.#at, this.#at + this.#frameBytesMax - this.#length);
      throw this.#broken("tooLarge");
    }
    if (whole && this.#length === 0) {
      const frame = piece.slice(this.#at, end);
      this.#behind(end);
      this.#within = false;
      return checked(frame);
    }
    this.#hold(this.#at, until);
    this.#at = until;
    if (!whole) return undefined;
    this.#behind(end);
    return this.#finish();
  }

  #behind(end: number): void {
    this.#at = this.#piece[end + 1] === CR ? end + 2 : end + 1;
  }

  /** Hands the held bytes out as a frame: as they are where little memory is wasted, else copied. */
  #finish(): Uint8Array {
    const frame = this.#take();
    this.#within = false;
    return checked(frame);
  }

  #broken(breach: Breach): BrokenFrame {
    return new BrokenFrame(breach, this.#take());
  }

  #take(): Uint8Array {
    const [held, length] = [this.#held, this.#length];
    this.#length = 0;
    if (length < held.length - (held.length >> 3)) {
      // Small enough to keep for the next frame that comes in pieces.
      if (held.length > 64 * 1024) this.#held = nothing;
      return held.slice(0, length);
    }
    this.#held = nothing;
    return held.subarray(0, length);
  }

  #hold(from: number, until: number): void {
    const count = Math.max(until - from, 0);
    const needed = this.#length + count;
    if (needed > this.#held.length) {
      const roomMax = Math.max(this.#frameBytesMax, this.#skippedBytesMax) + 1;
      const grown = new Uint8Array(
        Math.min(Math.max(needed, this.#held.length * 2, 4096), Math.max(roomMax, needed)),
      );
      grown.set(this.#held.subarray(0, this.#length));
      this.#held = grown;
    }
    this.#held.set(this.#piece.subarray(from, from + count), this.#length);
    this.#length = needed;
  }
}

function checked(frame: Uint8Array): Uint8Array {
  if (startsAgain(frame)) throw new BrokenFrame("startRepeated", frame);
  return frame;
}

function isEnd(byte: number): boolean {
  return byte === CR || byte === VT;
}

/** True where the bytes hold the end of a frame, FS CR. */
function holdsEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(FS); at >= 0; at = bytes.indexOf(FS, at + 1)) {
    if (bytes[at + 1] === CR) return true;
  }
  return false;
}
