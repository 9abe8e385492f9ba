/** Memory that is kept from message to message. */
const keptBytesMax = 64 * 1024;

/** Bytes that come in pieces, gathered until they are whole. Work is linear in the bytes, however they are cut. */
export class Gathered {
  #held: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Memory that is held for them. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** Adds a copy of a piece. */
  add(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#held.length) {
      const room = Math.max(needed, this.#held.length * 2, 256);
      this.#held = new Uint8Array(this.#held.buffer.transfer(room));
    }
    this.#held.set(piece, this.#length);
    this.#length = needed;
  }

  /** The first `count` of them, all where left out, in memory of their own; nothing is left then. */
  take(count: number = this.#length): Uint8Array<ArrayBuffer> {
    const [held, length] = [this.#held, Math.min(count, this.#length)];
    this.#length = 0;
    if (held.length <= keptBytesMax) return held.slice(0, length);
    this.#held = new Uint8Array(0);
    return new Uint8Array(held.buffer.transfer(length));
  }

  /** Those between `from` and `until`, as they are until the next change. */
  view(from = 0, until: number = this.#length): Uint8Array {
    return this.#held.subarray(from, Math.min(until, this.#length));
  }

  /** Leaves the first `length` of them. */
  shorten(length: number): void {
    this.#length = Math.min(length, this.#length);
  }

  /** Leaves nothing. */
  clear(): void {
    this.#length = 0;
    if (this.#held.length > keptBytesMax) this.#held = new Uint8Array(0);
  }
}
