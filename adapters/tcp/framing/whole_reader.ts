import { Gathered } from "../../_kit/bytes/gathered.ts";
import { BrokenFrame, type FrameReader } from "./frame_reader.ts";

const nothing = new Uint8Array(0);

/** One message a connection: it ends where the peer closes its side. */
export class WholeReader implements FrameReader {
  readonly #frameBytesMax: number;
  readonly #gathered = new Gathered();
  #piece: Uint8Array = nothing;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  get isWithin(): boolean {
    return this.#gathered.length > 0;
  }

  get heldBytes(): number {
    return this.#gathered.heldBytes;
  }

  feed(piece: Uint8Array): void {
    this.#piece = piece;
  }

  next(): undefined {
    this.#gathered.add(this.#piece);
    this.#piece = nothing;
    if (this.#gathered.length > this.#frameBytesMax) {
      throw new BrokenFrame("tooLarge", this.#gathered.take(this.#frameBytesMax));
    }
  }

  end(isClean: boolean): Uint8Array | undefined {
    if (!this.isWithin) return undefined;
    if (!isClean) throw new BrokenFrame("endMissing", this.#gathered.take());
    return this.#gathered.take();
  }

  takeSkipped(): number {
    return 0;
  }
}
