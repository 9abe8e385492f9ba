import { createHmac, timingSafeEqual } from "node:crypto";
import { concat, utf8 } from "../_kit/bytes.ts";

/** Plaintext of every chunk but the last. */
export const CHUNK_BYTES = 16_384;
/** A chunk's tag: what the shortest sealed chunk consists of. */
export const TAG_BYTES = 16;
/** A sealed chunk of full length. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
/** Chunks handed to WebCrypto's threads at once: enough to keep them busy, little enough to hold in memory. */
export const CHUNKS_AT_ONCE = 16;
const [KEY_BYTES, NONCE_BYTES, SALT_BYTES, COMMITMENT_BYTES] = [32, 12, 24, 32];
/** Where the chunks begin: after salt and commitment. */
export const CHUNKS_AT = SALT_BYTES + COMMITMENT_BYTES;
const LABEL = utf8("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0");
/** AES-GCM's own bound for one key (SP 800-38D section 8.3): 64 TiB of plaintext. */
const CHUNKS_MAX = 2 ** 32;

/** Seals and opens the chunks of one body. */
export class BodyCipher {
  /** Salt and key commitment: what a body begins with. */
  readonly start: Uint8Array<ArrayBuffer>;
  readonly #key: CryptoKey;
  readonly #baseNonce: Uint8Array<ArrayBuffer>;

  private constructor(
    start: Uint8Array<ArrayBuffer>,
    key: CryptoKey,
    baseNonce: Uint8Array<ArrayBuffer>,
  ) {
    [this.start, this.#key, this.#baseNonce] = [start, key, baseNonce];
  }

  /**
   * The cipher for a content key (32 bytes), a salt (24 bytes) that is new for it, and a context both sides know. Keys
   * come from HKDF-Expand (RFC 5869 section 2.3) with SHA-512, two rounds: key, base nonce and commitment take 76 bytes.
   */
  static async of(contentKey: Uint8Array, salt: Uint8Array, context: Uint8Array): Promise<BodyCipher> {
    const round = (...parts: Uint8Array[]) =>
      createHmac("sha512", contentKey).update(concat(...parts)).digest();
    const first = round(LABEL, salt, context, Uint8Array.of(1));
    const okm = concat(first, round(first, LABEL, salt, context, Uint8Array.of(2)));
    const nonceAt = KEY_BYTES;
    const commitmentAt = nonceAt + NONCE_BYTES;
    const commitment = okm.subarray(commitmentAt, commitmentAt + COMMITMENT_BYTES);
    const key = await crypto.subtle.importKey("raw", okm.subarray(0, KEY_BYTES), "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]);
    return new BodyCipher(concat(salt, commitment), key, okm.subarray(nonceAt, commitmentAt));
  }

  /** The cipher for a body that begins so; `undefined` where it was sealed under another key or context. */
  static async for(
    start: Uint8Array,
    contentKey: Uint8Array,
    context: Uint8Array,
  ): Promise<BodyCipher | undefined> {
    const cipher = await BodyCipher.of(contentKey, start.subarray(0, SALT_BYTES), context);
    return timingSafeEqual(cipher.start, start) ? cipher : undefined;
  }

  /** Seals one chunk, tag included. */
  async seal(chunk: number, plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await crypto.subtle.encrypt(this.#algorithm(chunk), this.#key, plain));
  }

  /** Opens one chunk; throws where it is altered, or another. */
  async open(chunk: number, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await crypto.subtle.decrypt(this.#algorithm(chunk), this.#key, sealed));
  }

  /** The base nonce with the chunk's number in its last bytes. */
  #algorithm(chunk: number): AesGcmParams {
    if (chunk >= CHUNKS_MAX) throw new RangeError("Cannot use a content key for more than 2^32 chunks");
    const iv = new Uint8Array(this.#baseNonce);
    const view = new DataView(iv.buffer);
    view.setUint32(NONCE_BYTES - 4, view.getUint32(NONCE_BYTES - 4) ^ chunk);
    return { name: "AES-GCM", iv };
  }
}

/** Does the work for chunks 0 to `count` - 1, some of them at once. */
export async function eachChunk(count: number, work: (chunk: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += CHUNKS_AT_ONCE) {
    const length = Math.min(CHUNKS_AT_ONCE, count - start);
    await Promise.all(Array.from({ length }, (_, at) => work(start + at)));
  }
}
