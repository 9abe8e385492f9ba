/** Bytes that come in pieces and leave from the front. Each is moved a bounded number of times, however they come. */
export class Held {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** What is held: valid until the next `add`. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  add(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  drop(count: number): void {
    this.#start += count;
  }

  /** In place where that frees at least half the buffer; otherwise in one twice as large as need be. */
  #makeRoom(count: number): void {
    const kept = this.bytes;
    const wanted = kept.length + count;
    if (2 * wanted <= this.#buffer.length) this.#buffer.copyWithin(0, this.#start, this.#end);
    else {
      const larger = new Uint8Array(2 * wanted);
      larger.set(kept);
      this.#buffer = larger;
    }
    this.#start = 0;
    this.#end = kept.length;
  }
}
