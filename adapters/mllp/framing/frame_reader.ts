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
  | "endMissing"
  /** A frame took too long to be whole. */
  | "late";

/** Thrown where framing is broken. */
export class BrokenFrame extends Error {
  override readonly name = "BrokenFrame";
  /**
   * `bytes`: what was read of the frame, or instead of one; its own memory. Message content. `hasEnd`: where it ends is
   * known, so that the reader may go on behind it; otherwise the reader is of no use afterwards.
   */
  constructor(readonly breach: Breach, readonly bytes: Uint8Array, readonly hasEnd: boolean) {
    super(breach);
  }
}

/** Bounds of a {@linkcode FrameReader}. */
export interface FrameLimits {
  readonly frameBytesMax: number;
  /** Bytes between frames that are held, and then too many; 64 KiB where left out. */
  readonly skippedBytesMax?: number;
}

const nothing = new Uint8Array(0);
/** Memory that is kept from frame to frame. */
const keptBytesMax = 64 * 1024;

/** Where in the bytes a {@linkcode FrameReader} is. */
export type Place =
  /** Between two frames, or in front of the first. */
  | "between"
  /** There too, with bytes that are no frame. */
  | "astray"
  /** Within a frame. */
  | "within"
  /** Behind an FS that may be the end of one. */
  | "atEnd";

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
  /** Where in the piece the next VT is. */
  #start = -1;
  /** What was read of a frame, or instead of one, in pieces before this one. */
  #held: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;
  #within = false;
  #skipped = 0;
  #stray: Uint8Array | undefined;
  #hasBegun = false;

  constructor({ frameBytesMax, skippedBytesMax = 64 * 1024 }: FrameLimits) {
    this.#frameBytesMax = frameBytesMax;
    this.#skippedBytesMax = skippedBytesMax;
  }

  /** Where in the bytes it is. */
  get place(): Place {
    if (!this.#within) return this.#length > 0 ? "astray" : "between";
    return this.#length > 0 && this.#held[this.#length - 1] === FS ? "atEnd" : "within";
  }

  /** Memory that it keeps for what is not whole, in bytes. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** True once a frame has begun. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Gives the next piece. MUST NOT be called before `next` has returned `undefined` for the last one. */
  feed(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = 0;
    this.#start = -1;
  }

  /** The next whole frame, without its marks, in memory of its own. Throws {@linkcode BrokenFrame}. */
  next(): Uint8Array | undefined {
    if (!this.#within && !this.#findStart()) return undefined;
    return this.#findEnd();
  }

  /**
   * No more bytes come, or none for now: ends a frame that lacks only its CR, and what is astray. Returns `undefined`
   * between frames; throws {@linkcode BrokenFrame} within one.
   */
  end(): Uint8Array | undefined {
    if (!this.#within) return this.#leaveStray();
    if (this.place === "within") throw this.#broken("endMissing");
    this.#length--;
    return this.#finish();
  }

  /**
   * Bytes between frames that were none, without the fillers in front of them: the first such since this was last
   * called, in memory of its own. Message content.
   */
  takeStray(): Uint8Array | undefined {
    const stray = this.#stray;
    this.#stray = undefined;
    return stray;
  }

  /** How many bytes were skipped between frames since this was last called; strays among them. */
  takeSkipped(): number {
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }

  /** Moves behind the next VT. What stands before it is skipped, unless it ends as a frame does. */
  #findStart(): boolean {
    const piece = this.#piece;
    if (this.#at >= piece.length) return false;
    // Looked for once, however many ends of frames stand before it.
    if (this.#start < this.#at) {
      const found = piece.indexOf(VT, this.#at);
      this.#start = found < 0 ? piece.length : found;
    }
    if (this.#start > this.#at) this.#skip(this.#start);
    if (this.#start === piece.length) return false;
    this.#leaveStray();
    this.#at = this.#start + 1;
    this.#hasBegun = true;
    this.#within = true;
    return true;
  }

  #skip(until: number): void {
    const piece = this.#piece;
    // CR, LF, NUL and stray marks between frames are common and mean nothing: not even worth keeping.
    if (this.#length === 0) {
      const from = this.#at;
      while (this.#at < until && isFiller(piece[this.#at])) this.#at++;
      this.#skipped += this.#at - from;
      if (this.#at === until) return;
    }
    const holdsFs = this.#length > 0 && this.#held[this.#length - 1] === FS;
    const end = holdsFs && piece[this.#at] === CR ? this.#at + 1 : endWithin(piece, this.#at, until);
    const whole = end !== undefined && end - this.#at + this.#length <= this.#skippedBytesMax;
    const upTo = whole ? end : Math.min(until, this.#at + this.#skippedBytesMax + 1 - this.#length);
    this.#hold(this.#at, upTo);
    this.#skipped += upTo - this.#at;
    this.#at = whole ? end : until;
    if (whole) throw this.#broken("startMissing", true);
    if (this.#length > this.#skippedBytesMax) throw this.#broken("startMissing");
  }

  /** Puts the bytes that are held and belong to no frame aside. */
  #leaveStray(): undefined {
    if (this.#length === 0) return;
    const stray = this.#take();
    this.#stray ??= stray;
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

  #broken(breach: Breach, hasEnd = false): BrokenFrame {
    return new BrokenFrame(breach, this.#take(), hasEnd);
  }

  #take(): Uint8Array {
    const [held, length] = [this.#held, this.#length];
    this.#length = 0;
    if (length < held.length - (held.length >> 3)) {
      // Small enough to keep for the next frame that comes in pieces.
      if (held.length <= keptBytesMax) return held.slice(0, length);
      this.#held = new Uint8Array(0);
      return new Uint8Array(held.buffer.transfer(length));
    }
    this.#held = new Uint8Array(0);
    return held.subarray(0, length);
  }

  #hold(from: number, until: number): void {
    const count = Math.max(until - from, 0);
    const needed = this.#length + count;
    if (needed > this.#held.length) {
      const roomMax = Math.max(this.#frameBytesMax, this.#skippedBytesMax) + 1;
      const room = Math.min(Math.max(needed, this.#held.length * 2, 4096), Math.max(roomMax, needed));
      // Moved, not copied: of a large frame there are never two in memory until somebody tidies up.
      this.#held = new Uint8Array(this.#held.buffer.transfer(room));
    }
    this.#held.set(this.#piece.subarray(from, from + count), this.#length);
    this.#length = needed;
  }
}

function checked(frame: Uint8Array): Uint8Array {
  if (startsAgain(frame)) throw new BrokenFrame("startRepeated", frame, true);
  return frame;
}

function isEnd(byte: number): boolean {
  return byte === CR || byte === VT;
}

/** Behind the first FS CR; `undefined` where there is none. */
function endWithin(bytes: Uint8Array, from: number, until: number): number | undefined {
  for (let at = bytes.indexOf(FS, from); at >= 0 && at + 1 < until; at = bytes.indexOf(FS, at + 1)) {
    if (bytes[at + 1] === CR) return at + 2;
  }
  return undefined;
}
