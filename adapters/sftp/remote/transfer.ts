import { Buffer } from "node:buffer";
import type { Requests } from "./requests.ts";

/**
 * Bytes asked for, or sent, at a time: what fits into a packet that every server takes (SFTP version 3, section 3), with
 * room for what `ssh2` reckons with; it would send a larger piece as two, one after the other.
 */
export const PIECE_BYTES = 31 * 1024;

/** Requests under way at a time: with 2 MiB on the way a line is full whatever its distance. */
const PIECES_AT_ONCE = 64;

/** The bytes of an open file from an offset to its end, in order, however they come. `size`: as the server had it before. */
export async function* readPieces(
  requests: Requests,
  handle: Buffer,
  from: number,
  size: Promise<number>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const asked: Promise<Uint8Array<ArrayBuffer>>[] = [];
  let at = from;
  const ask = (until: number) => {
    // Half of them at a time, so that many go out in one packet.
    if (asked.length > PIECES_AT_ONCE / 2) return;
    while (at < until && asked.length < PIECES_AT_ONCE) {
      const length = Math.min(PIECE_BYTES, until - at);
      const piece = readPiece(requests, handle, at, length, size);
      // Whoever reads may have gone by the time it fails.
      piece.catch(() => {});
      asked.push(piece);
      at += length;
    }
  };
  // The first piece is asked for before the size is known: most files are no longer.
  ask(from + PIECE_BYTES);
  for (const end = await size; asked.length > 0;) {
    ask(end);
    const piece = await asked.shift()!;
    if (piece.length > 0) yield piece;
    if (piece.length < PIECE_BYTES) return;
  }
}

/** As many bytes as there are, up to `length`: a server may give fewer at a time. */
async function readPiece(
  requests: Requests,
  handle: Buffer,
  at: number,
  length: number,
  size: Promise<number>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { sftp } = requests;
  const piece = Buffer.from(new ArrayBuffer(length));
  for (let filled = 0;;) {
    const count = await requests.call<number>((done) =>
      sftp.read(handle, piece, filled, length - filled, at + filled, (cause, count) => done(cause, count))
    );
    filled += count;
    if (count === 0 || filled === length || at + filled >= await size) return piece.subarray(0, filled);
  }
}

/** Writes bytes to an open file, many pieces at a time. Rejects with the first refusal once all are answered. */
export async function writePieces(
  requests: Requests,
  handle: Buffer,
  bytes: Uint8Array,
  at: number,
): Promise<void> {
  const { sftp } = requests;
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sent: Promise<void>[] = [];
  try {
    for (let from = 0; from < content.length; from += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, content.length - from);
      const piece = requests.call<void>((done) =>
        sftp.write(handle, content, from, length, at + from, (cause) => done(cause, undefined))
      );
      piece.catch(() => {});
      sent.push(piece);
      if (sent.length >= PIECES_AT_ONCE) await sent.shift();
    }
  } finally {
    await Promise.allSettled(sent);
  }
  await Promise.all(sent);
}
