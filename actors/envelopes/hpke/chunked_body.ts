/**
 * The body of an envelope: C2SP chunked-encryption (https://c2sp.org/chunked-encryption) with SHA-512 and AES-256-GCM,
 * which that document's implementations call Cobblestone-256. Salt (24 bytes), key commitment (32), then chunks of
 * 16 KiB and a tag each; the last chunk is shorter, and empty where the length divides. A cut body has no last chunk,
 * a swapped chunk has the wrong nonce, and a body opens under one key only.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { concat, utf8 } from "../_kit/bytes.ts";

/** Plaintext of every chunk but the last. */
export const CHUNK_BYTES = 16_384;
const [KEY_BYTES, NONCE_BYTES, SALT_BYTES, COMMITMENT_BYTES, TAG_BYTES] = [32, 12, 24, 32, 16];
/** Where the chunks begin. */
export const CHUNKS_AT = SALT_BYTES + COMMITMENT_BYTES;
/** A sealed chunk of full length. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
const LABEL = utf8("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0");
/** Chunks handed to WebCrypto's threads at once: enough to keep them busy, little enough to hold in memory. */
const CHUNKS_AT_ONCE = 16;

interface BodyKey {
  readonly key: CryptoKey;
  readonly baseNonce: Uint8Array<ArrayBuffer>;
  readonly commitment: Uint8Array<ArrayBuffer>;
}

/** Bytes of a body that holds `length` bytes. */
export function bodyBytes(length: number): number {
  return CHUNKS_AT + length + chunkCount(length) * TAG_BYTES;
}

/**
 * Seals `head` and `rest`, one after the other, into `into`, whose length is {@linkcode bodyBytes}. `contentKey` (32
 * bytes) MUST be strong and `salt` (24 bytes) new for it; `context` may be anything both sides know.
 */
export async function sealBody(
  { contentKey, salt, context, head, rest, into }: {
    readonly contentKey: Uint8Array;
    readonly salt: Uint8Array;
    readonly context: Uint8Array;
    readonly head: Uint8Array;
    readonly rest: Uint8Array;
    readonly into: Uint8Array;
  },
): Promise<void> {
  const { key, baseNonce, commitment } = await deriveKey(contentKey, salt, context);
  into.set(salt);
  into.set(commitment, SALT_BYTES);
  await eachChunk(chunkCount(head.length + rest.length), async (chunk) => {
    const plain = window(head, rest, chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES);
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: nonceOf(baseNonce, chunk) },
      key,
      plain,
    );
    into.set(new Uint8Array(sealed), CHUNKS_AT + chunk * SEALED_CHUNK_BYTES);
  });
}

/** Opens a body: the plaintext, or what is wrong with it. Nothing is returned before all of it is authentic. */
export async function openBody(
  contentKey: Uint8Array,
  context: Uint8Array,
  body: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | "truncated" | "altered"> {
  const sealedLength = body.length - CHUNKS_AT;
  if (sealedLength < TAG_BYTES) return "truncated";
  const last = Math.floor(sealedLength / SEALED_CHUNK_BYTES);
  if (sealedLength - last * SEALED_CHUNK_BYTES < TAG_BYTES) return "truncated";

  const { key, baseNonce, commitment } = await deriveKey(contentKey, body.subarray(0, SALT_BYTES), context);
  if (!timingSafeEqual(commitment, body.subarray(SALT_BYTES, CHUNKS_AT))) return "altered";
  const plain = new Uint8Array(sealedLength - (last + 1) * TAG_BYTES);
  const chunks = body.subarray(CHUNKS_AT) as Uint8Array<ArrayBuffer>;
  try {
    await eachChunk(last + 1, async (chunk) => {
      const sealed = chunks.subarray(chunk * SEALED_CHUNK_BYTES, (chunk + 1) * SEALED_CHUNK_BYTES);
      const opened = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: nonceOf(baseNonce, chunk) },
        key,
        sealed,
      );
      plain.set(new Uint8Array(opened), chunk * CHUNK_BYTES);
    });
  } catch {
    return "altered";
  }
  return plain;
}

function chunkCount(length: number): number {
  return Math.floor(length / CHUNK_BYTES) + 1;
}

async function eachChunk(count: number, work: (chunk: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += CHUNKS_AT_ONCE) {
    const length = Math.min(CHUNKS_AT_ONCE, count - start);
    await Promise.all(Array.from({ length }, (_, at) => work(start + at)));
  }
}

/** Bytes `from` to `to` of `head` and `rest` taken as one; copied only where the two meet. */
function window(head: Uint8Array, rest: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const later = rest.subarray(Math.max(0, from - head.length), Math.max(0, to - head.length));
  const whole = from < head.length ? concat(head.subarray(from, to), later) : later;
  return whole as Uint8Array<ArrayBuffer>;
}

/** HKDF-Expand (RFC 5869 section 2.3) with SHA-512, two rounds: key, base nonce and commitment take 76 bytes. */
async function deriveKey(contentKey: Uint8Array, salt: Uint8Array, context: Uint8Array): Promise<BodyKey> {
  const round = (...parts: Uint8Array[]) =>
    createHmac("sha512", contentKey).update(concat(...parts)).digest();
  const first = round(LABEL, salt, context, Uint8Array.of(1));
  const okm = concat(first, round(first, LABEL, salt, context, Uint8Array.of(2)));
  const nonceAt = KEY_BYTES;
  const commitmentAt = nonceAt + NONCE_BYTES;
  return {
    key: await crypto.subtle.importKey("raw", okm.slice(0, KEY_BYTES), "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]),
    baseNonce: okm.slice(nonceAt, commitmentAt),
    commitment: okm.slice(commitmentAt, commitmentAt + COMMITMENT_BYTES),
  };
}

/** The base nonce with the chunk's number in its last bytes. No array here is long enough for more than 32 bits. */
function nonceOf(baseNonce: Uint8Array, chunk: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(baseNonce);
  const view = new DataView(nonce.buffer);
  view.setUint32(NONCE_BYTES - 4, view.getUint32(NONCE_BYTES - 4) ^ chunk);
  return nonce;
}
