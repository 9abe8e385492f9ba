import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { BodyFiles } from "./body_files.ts";

/** A larger body lies in a file of its own: inside the database it would slow everything else down. */
export const LARGE_BYTES = 256 << 10;

/** A body in a file. */
export interface LargeBody {
  /** Name of the file: SHA-256 of what is in it, in hex. */
  readonly file: string;
  /** What it is sealed with; it seals nothing else. 32 bytes. */
  readonly key: Uint8Array;
  /** Of the body, in bytes. */
  readonly length: number;
  /** SHA-256 of the body, in hex. */
  readonly sha256: string;
}

/** Bytes of a body, or where they are. */
export type Stored = Uint8Array | LargeBody;

/** True where a body is in a file. */
export function isLarge(body: Stored): body is LargeBody {
  return !(body instanceof Uint8Array);
}

const CHUNK_BYTES = 1 << 20;
const TAG_BYTES = 16;

/**
 * Seals a body into a file: pieces of 1 MiB, each with AES-256-GCM, whose nonce is the number of the piece and whether it
 * is the last. So nothing can be cut off, swapped or added. When it returns, the file survives a power cut.
 */
export function writeLarge(
  body: Uint8Array,
  files: BodyFiles,
  random: (length: number) => Uint8Array,
): LargeBody {
  const key = random(32);
  const hash = createHash("sha256");
  const file = files.begin();
  try {
    for (let at = 0, piece = 0; at < body.length; at += CHUNK_BYTES, piece++) {
      const isLast = at + CHUNK_BYTES >= body.length;
      const cipher = createCipheriv("aes-256-gcm", key, nonceOf(piece, isLast));
      const sealed = cipher.update(body.subarray(at, at + CHUNK_BYTES));
      cipher.final();
      for (const part of [sealed, cipher.getAuthTag()]) {
        hash.update(part);
        file.append(part);
      }
    }
    const name = hash.digest("hex");
    file.keep(name);
    return { file: name, key, length: body.length, sha256: sha256Of(body) };
  } catch (cause) {
    file.drop();
    throw cause;
  }
}

/** `null` where the file is gone, or a bit of it has changed. */
export function readLarge({ file: name, key, length }: LargeBody, files: BodyFiles): Uint8Array | null {
  const file = files.open(name);
  if (!file) return null;
  try {
    if (file.size !== length + Math.ceil(length / CHUNK_BYTES) * TAG_BYTES) return null;
    const body = new Uint8Array(length);
    for (let at = 0, piece = 0; at < length; at += CHUNK_BYTES, piece++) {
      const sealed = file.read(CHUNK_BYTES + TAG_BYTES);
      const isLast = at + CHUNK_BYTES >= length;
      const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(piece, isLast));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      body.set(decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), at);
      decipher.final();
    }
    return body;
  } catch {
    return null;
  } finally {
    file.close();
  }
}

/** SHA-256 in hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function nonceOf(piece: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(piece, 4);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
