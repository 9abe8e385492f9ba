import { Gathered } from "../../_kit/bytes/gathered.ts";
import { BrokenFrame, type FrameReader } from "./frame_reader.ts";

/** What stands in front of a message and says how long it is. */
export interface Head {
  /** How long it is itself; 0 where every message has the same length. */
  readonly bytes: number;
  /** How many bytes follow it; `undefined` where it says nothing that can be. */
  lengthIn(head: Uint8Array): number | undefined;
}

const nothing = new Uint8Array(0);

/** Messages whose length is known before they are read. */
export class CountedReader implements FrameReader {
  readonly #head: Head;
  readonly #frameBytesMax: number;
  readonly #gathered = new Gathered();
  #piece: Uint8Array = nothing;
  #at = 0;
  /** Length of the message under way; `undefined` while its head is not whole. */
  #length: number | undefined;

  constructor(head: Head, frameBytesMax: number) {
    this.#head = head;
    this.#frameBytesMax = frameBytesMax;
  }

  get isWithin(): boolean {
    return this.#length !== undefined || this.#gathered.length > 0;
  }

  get heldBytes(): number {
    return this.#gathered.heldBytes;
  }

  feed(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = 0;
  }

  next(): Uint8Array | undefined {
    if (this.#length === undefined) {
      // Nothing of the next message is there: a head of no bytes would be whole already.
      if (this.#at === this.#piece.length && !this.isWithin) return undefined;
      if (!this.#gather(this.#head.bytes)) return undefined;
      const length = this.#head.lengthIn(this.#gathered.view());
      if (length === undefined) throw new BrokenFrame("lengthWrong", this.#gathered.take());
      if (length > this.#frameBytesMax) throw new BrokenFrame("tooLarge", this.#gathered.take());
      this.#gathered.clear();
      this.#length = length;
    }
    if (!this.#gather(this.#length)) return undefined;
    this.#length = undefined;
    return this.#gathered.take();
  }

  end(): undefined {
    if (!this.isWithin) return undefined;
    this.#length = undefined;
    throw new BrokenFrame("endMissing", this.#gathered.take());
  }

  takeSkipped(): number {
    return 0;
  }

  /** True once `count` bytes are gathered. */
  #gather(count: number): boolean {
    const until = Math.min(this.#piece.length, this.#at + count - this.#gathered.length);
    this.#gathered.add(this.#piece.subarray(this.#at, until));
    this.#at = until;
    return this.#gathered.length === count;
  }
}
