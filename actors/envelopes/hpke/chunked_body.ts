/**
 * The body of an envelope: C2SP chunked-encryption (https://c2sp.org/chunked-encryption) with SHA-512 and AES-256-GCM,
 * which that document's implementations call Cobblestone-256. Salt (24 bytes), key commitment (32), then chunks of
 * 16 KiB and a tag each; the last chunk is shorter, and empty where the length divides. A cut body has no last chunk,
 * a swapped chunk has the wrong nonce, and a body opens under one key only.
 */
import { concat } from "../_kit/bytes.ts";
import {
  BodyCipher,
  CHUNK_BYTES,
  CHUNKS_AT,
  eachChunk,
  SEALED_CHUNK_BYTES,
  TAG_BYTES,
} from "./body_cipher.ts";

/** Bytes of a body that holds `length` bytes. */
export function bodyBytes(length: number): number {
  return CHUNKS_AT + length + chunkCount(length) * TAG_BYTES;
}

/**
 * Seals `head` and `rest`, one after the other, into `into`, whose length is {@linkcode bodyBytes}. The content key MUST
 * be strong and its salt new for it; `context` may be anything both sides know.
 */
export async function sealBody(
  { contentKey: { key, salt }, context, head, rest, into }: {
    readonly contentKey: { readonly key: Uint8Array; readonly salt: Uint8Array };
    readonly context: Uint8Array;
    readonly head: Uint8Array;
    readonly rest: Uint8Array;
    readonly into: Uint8Array;
  },
): Promise<void> {
  const cipher = await BodyCipher.of(key, salt, context);
  into.set(cipher.start);
  await eachChunk(chunkCount(head.length + rest.length), async (chunk) => {
    const plain = window(head, rest, chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES);
    into.set(await cipher.seal(chunk, plain), CHUNKS_AT + chunk * SEALED_CHUNK_BYTES);
  });
}

/** Opens a body: the plaintext, or what is wrong with it. Nothing is returned before all of it is authentic. */
export async function openBody(
  contentKey: Uint8Array,
  context: Uint8Array,
  body: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | "truncated" | "altered"> {
  const sealedLength = body.length - CHUNKS_AT;
  if (sealedLength < 0 || lastChunkBytes(sealedLength) < TAG_BYTES) return "truncated";
  const cipher = await BodyCipher.for(body.subarray(0, CHUNKS_AT), contentKey, context);
  if (!cipher) return "altered";
  return await openChunks(cipher, 0, body.subarray(CHUNKS_AT)) ?? "altered";
}

/** Bytes of the last of these sealed chunks, which is never of full length: below a tag's where there is none. */
export function lastChunkBytes(sealedLength: number): number {
  return sealedLength % SEALED_CHUNK_BYTES;
}

/** Opens chunks that follow one another, from number `first` on; `undefined` where one is altered, or another. */
export async function openChunks(
  cipher: BodyCipher,
  first: number,
  sealed: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const count = Math.ceil(sealed.length / SEALED_CHUNK_BYTES);
  const plain = new Uint8Array(sealed.length - count * TAG_BYTES);
  try {
    await eachChunk(count, async (chunk) => {
      const one = sealed.subarray(chunk * SEALED_CHUNK_BYTES, (chunk + 1) * SEALED_CHUNK_BYTES);
      plain.set(await cipher.open(first + chunk, one as Uint8Array<ArrayBuffer>), chunk * CHUNK_BYTES);
    });
  } catch {
    return undefined;
  }
  return plain;
}

/** Seals `count` chunks that follow one another, from number `first` on. */
export async function sealChunks(
  cipher: BodyCipher,
  first: number,
  plain: Uint8Array<ArrayBuffer>,
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const sealed = new Uint8Array(plain.length + count * TAG_BYTES);
  await eachChunk(count, async (chunk) => {
    const one = plain.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES);
    sealed.set(await cipher.seal(first + chunk, one), chunk * SEALED_CHUNK_BYTES);
  });
  return sealed;
}

/** Chunks of so much plaintext, the last included. */
export function chunkCount(length: number): number {
  return Math.floor(length / CHUNK_BYTES) + 1;
}

/** Bytes `from` to `to` of `head` and `rest` taken as one; copied only where the two meet. */
function window(head: Uint8Array, rest: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const later = rest.subarray(Math.max(0, from - head.length), Math.max(0, to - head.length));
  const whole = from < head.length ? concat(head.subarray(from, to), later) : later;
  return whole as Uint8Array<ArrayBuffer>;
}
