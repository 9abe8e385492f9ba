import { Gathered } from "../../_kit/bytes/gathered.ts";
import { BrokenFrame, type FrameReader } from "./frame_reader.ts";
import { Sequence } from "./sequence.ts";

const nothing = new Uint8Array(0);

/**
 * Messages with an end, and with or without a start. Bytes in front of a start are skipped. Where the start is made of
 * control characters, it cannot be content: one within a message begins another, and the one before lacks its end, as
 * when a device was switched off and on again.
 */
export class DelimitedReader implements FrameReader {
  readonly #start: Sequence | undefined;
  readonly #end: Sequence;
  readonly #restarts: boolean;
  readonly #frameBytesMax: number;
  readonly #gathered = new Gathered();
  #piece: Uint8Array = nothing;
  #at = 0;
  #isWithin = false;
  /** How much of the start, and of the end, has come. */
  #startCome = 0;
  #endCome = 0;
  /** Bytes since the last message, those of a start that has begun among them. */
  #between = 0;

  /** `start` and `end`: at most 255 bytes each. */
  constructor(start: Uint8Array | undefined, end: Uint8Array, frameBytesMax: number) {
    this.#start = start && new Sequence(start);
    this.#end = new Sequence(end);
    this.#restarts = start?.every((byte) => byte < 0x20) ?? false;
    this.#frameBytesMax = frameBytesMax;
  }

  get isWithin(): boolean {
    return this.#start ? this.#isWithin : this.#gathered.length > 0;
  }

  get heldBytes(): number {
    return this.#gathered.heldBytes;
  }

  feed(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = 0;
  }

  next(): Uint8Array | undefined {
    while (this.#at < this.#piece.length) {
      const message = this.#findStart() && this.#findEnd();
      if (message) return message;
    }
    return undefined;
  }

  end(): undefined {
    if (!this.isWithin) return undefined;
    throw new BrokenFrame("endMissing", this.#leave());
  }

  takeSkipped(): number {
    const skipped = this.#between - this.#startCome;
    this.#between = this.#startCome;
    return skipped;
  }

  #findStart(): boolean {
    if (!this.#start) return true;
    while (!this.#isWithin && this.#at < this.#piece.length) {
      this.#startCome = this.#start.step(this.#startCome, this.#piece[this.#at++]);
      this.#between++;
      if (this.#startCome === this.#start.length) this.#enter();
    }
    return this.#isWithin;
  }

  #enter(): void {
    this.#isWithin = true;
    this.#between -= this.#startCome;
    this.#startCome = 0;
    this.#endCome = 0;
  }

  /** `undefined` where the piece ends, or the message begins anew. */
  #findEnd(): Uint8Array | undefined {
    const piece = this.#piece, from = this.#at;
    const before = this.#gathered.length - from;
    while (this.#at < piece.length) {
      const byte = piece[this.#at++];
      this.#endCome = this.#end.step(this.#endCome, byte);
      if (before + this.#at - this.#endCome > this.#frameBytesMax) {
        this.#gathered.add(piece.subarray(from, this.#at));
        throw new BrokenFrame("tooLarge", this.#gathered.take(this.#frameBytesMax));
      }
      if (this.#endCome === this.#end.length) {
        this.#gathered.add(piece.subarray(from, this.#at));
        return this.#leave(this.#end.length);
      }
      if (this.#restarts && this.#startsAgain(byte)) {
        this.#gathered.add(piece.subarray(from, this.#at));
        const before = this.#leave(this.#start!.length);
        this.#isWithin = true;
        // A start that is said twice is no message that broke off.
        if (before.length > 0) throw new BrokenFrame("startRepeated", before, true);
        return undefined;
      }
    }
    this.#gathered.add(piece.subarray(from));
    return undefined;
  }

  #startsAgain(byte: number): boolean {
    this.#startCome = this.#start!.step(this.#startCome, byte);
    return this.#startCome === this.#start!.length;
  }

  /** What was gathered, without the last `less` bytes. */
  #leave(less = 0): Uint8Array {
    this.#isWithin = false;
    this.#startCome = 0;
    this.#endCome = 0;
    return this.#gathered.take(this.#gathered.length - less);
  }
}
