import { Gathered } from "../../_kit/bytes/gathered.ts";
import { BrokenFrame, type FrameReader } from "./frame_reader.ts";

const nothing = new Uint8Array(0);

/** One of a few fixed sequences of bytes at a time: `ACK` or `NAK`. Where one begins with another, the shorter counts. */
export class FixedReader implements FrameReader {
  readonly #known: readonly Uint8Array[];
  readonly #gathered = new Gathered();
  #piece: Uint8Array = nothing;
  #at = 0;

  constructor(known: readonly Uint8Array[]) {
    this.#known = known;
  }

  get isWithin(): boolean {
    return this.#gathered.length > 0;
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
      this.#gathered.add(this.#piece.subarray(this.#at, ++this.#at));
      const come = this.#gathered.view();
      const possible = this.#known.filter((bytes) => come.every((byte, at) => byte === bytes[at]));
      if (possible.length === 0) throw new BrokenFrame("lengthWrong", this.#gathered.take());
      if (possible.some(({ length }) => length === come.length)) return this.#gathered.take();
    }
    return undefined;
  }

  end(): undefined {
    if (this.isWithin) throw new BrokenFrame("endMissing", this.#gathered.take());
  }

  takeSkipped(): number {
    return 0;
  }
}
