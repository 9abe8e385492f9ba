import { constants, inflateSync } from "node:zlib";

/** Bytes of PackBits (TIFF 6.0 section 9): as many as there are, up to `size`. */
export function unpackBits(packed: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let to = 0;
  for (let from = 0; from < packed.length && to < size;) {
    const head = packed[from++];
    if (head < 128) {
      const piece = packed.subarray(from, from + Math.min(head + 1, size - to));
      bytes.set(piece, to);
      from += head + 1;
      to += piece.length;
    } else if (head > 128 && from < packed.length) {
      bytes.fill(packed[from++], to, to + 257 - head);
      to += 257 - head;
    }
  }
  return bytes.subarray(0, to);
}

const CLEAR = 256, END = 257, LZW_BITS_MAX = 12, LZW_CODES = 1 << LZW_BITS_MAX;

/**
 * Bytes of LZW (TIFF 6.0 section 13): as many as there are, up to `size`; `undefined` where a code stands for nothing.
 */
export function unpackLzw(packed: Uint8Array, size: number): Uint8Array | undefined {
  const bytes = new Uint8Array(size);
  // A code stands for what was written when it was made: where that begins, and how long it is.
  const starts = new Int32Array(LZW_CODES), lengths = new Int32Array(LZW_CODES);
  let next = END + 1, width = 9, bits = 0, held = 0, to = 0, last = -1, lastAt = 0, lastLength = 0;
  for (let from = 0; from < packed.length && to < size;) {
    held = held << 8 | packed[from++];
    bits += 8;
    if (bits < width) continue;
    bits -= width;
    const code = held >> bits & (1 << width) - 1;
    held &= (1 << bits) - 1;
    if (code === END) break;
    if (code === CLEAR) {
      next = END + 1;
      width = 9;
      last = -1;
      continue;
    }
    const isNew = code === next && last >= 0;
    if (code >= next && !isNew || last < 0 && code > 255) return undefined;
    const at = to;
    const length = code < 256 ? 1 : isNew ? lastLength + 1 : lengths[code];
    if (code < 256) bytes[to++] = code;
    else {
      const start = isNew ? lastAt : starts[code];
      for (let k = 0; k < length && to < size; k++) bytes[to++] = bytes[start + k];
    }
    if (last >= 0 && next < LZW_CODES) {
      starts[next] = lastAt;
      lengths[next++] = lastLength + 1;
      // A code early: the writer grows its codes before the last of a width is used.
      if (next + 1 >= 1 << width && width < LZW_BITS_MAX) width++;
    }
    [last, lastAt, lastLength] = [code, at, length];
  }
  return bytes.subarray(0, to);
}

/** Bytes of Deflate: as many as there are, up to `size`; `undefined` where it is broken or holds more. */
export function inflate(packed: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: size, finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}
