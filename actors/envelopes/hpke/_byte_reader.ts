/** Reads a stream in pieces of a length of one's own. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #heard: (bytes: Uint8Array) => void;
  #left = new Uint8Array();
  /** Bytes that were read so far. */
  bytes = 0;

  /** `heard` is told of all bytes that are read, in order. */
  constructor(source: AsyncIterable<Uint8Array>, heard: (bytes: Uint8Array) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#heard = heard;
  }

  /** The next `length` bytes; fewer only where the stream ends. */
  async read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const piece = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (this.#left.length === 0) {
        const { done, value } = await this.#source.next();
        if (done) break;
        this.#left = value as Uint8Array<ArrayBuffer>;
      }
      const taken = this.#left.subarray(0, length - filled);
      piece.set(taken, filled);
      filled += taken.length;
      this.#left = this.#left.subarray(taken.length);
    }
    this.bytes += filled;
    this.#heard(piece.subarray(0, filled));
    return piece.subarray(0, filled);
  }

  /** Reads no more: whoever writes the stream may stop. */
  async cancel(): Promise<void> {
    await this.#source.return?.();
  }
}
