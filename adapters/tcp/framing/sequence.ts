/** A sequence of bytes that is looked for as they come (Knuth, Morris, Pratt): each byte is looked at once. */
export class Sequence {
  readonly #bytes: Uint8Array;
  /** For each length of what has come, the longest shorter one that has come, too. */
  readonly #shorter: Uint8Array;

  /** At most 255 bytes. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#shorter = new Uint8Array(bytes.length + 1);
    for (let at = 1, come = 0; at < bytes.length; at++) {
      come = this.step(come, bytes[at]);
      this.#shorter[at + 1] = come;
    }
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** How much of it has come with this byte, where `come` had come before; all of it at `length`. */
  step(come: number, byte: number): number {
    while (come > 0 && this.#bytes[come] !== byte) come = this.#shorter[come];
    return this.#bytes[come] === byte ? come + 1 : 0;
  }
}
