import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

const utf8 = new TextEncoder();
/** Values whose numbers are remembered, and the longest that is worth it, in characters. */
const RECENT_MAX = 2048, RECENT_TEXT_MAX = 256;

/**
 * Numbers that stand for values in an index: equal for equal values, and telling nothing of them without the index key.
 * HMAC-SHA-256, cut to 52 bits so that a number of JavaScript and of SQLite holds it; who finds by it looks whether the
 * value is the same, since two values may share a number.
 */
export class Blinds {
  readonly #mac: ReturnType<typeof hmac.create>;
  /** Types and senders are a few, a control id is asked for twice, and patients have more than one message. */
  readonly #recent = new Map<string, number>();

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#mac = hmac.create(sha256, key);
  }

  /** The number of a value in a field. */
  number(field: string, value: string): number {
    const text = `${field}\0${value}`, known = this.#recent.get(text);
    if (known !== undefined) return known;
    const number = this.#numberOf(text);
    if (text.length > RECENT_TEXT_MAX) return number;
    if (this.#recent.size === RECENT_MAX) this.#recent.clear();
    this.#recent.set(text, number);
    return number;
  }

  #numberOf(text: string): number {
    const digest = this.#mac.clone().update(utf8.encode(text)).digest();
    const view = new DataView(digest.buffer, digest.byteOffset);
    return view.getUint32(0) * 2 ** 20 + (view.getUint32(4) >>> 12);
  }

  /** The same, as text, for a key that order is kept by. */
  key(value: string): string {
    return this.number("key", value).toString(36);
  }
}
