import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

const utf8 = new TextEncoder();

/**
 * Numbers that stand for values in an index: equal for equal values, and telling nothing of them without the index key.
 * HMAC-SHA-256, cut to 52 bits so that a number of JavaScript and of SQLite holds it; who finds by it looks whether the
 * value is the same, since two values may share a number.
 */
export class Blinds {
  readonly #mac: ReturnType<typeof hmac.create>;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#mac = hmac.create(sha256, key);
  }

  /** The number of a value in a field. */
  number(field: string, value: string): number {
    const digest = this.#mac.clone().update(utf8.encode(`${field}\0${value}`)).digest();
    const view = new DataView(digest.buffer, digest.byteOffset);
    return view.getUint32(0) * 2 ** 20 + (view.getUint32(4) >>> 12);
  }

  /** The same, as text, for a key that order is kept by. */
  key(value: string): string {
    return this.number("key", value).toString(36);
  }
}
