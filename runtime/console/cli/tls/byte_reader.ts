/** Reads bytes from the front, as TLS writes them: numbers big-endian, vectors behind their length. Throws at the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw new RangeError("Cannot read bytes: they end too early");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** A whole number of so many bytes. */
  number(bytes: number): number {
    return this.take(bytes).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** What stands behind a length of so many bytes. */
  vector(lengthBytes: number): ByteReader {
    return new ByteReader(this.take(this.number(lengthBytes)));
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }
}
