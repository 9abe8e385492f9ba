import { paddedLength } from "./padding.ts";

/** A piece of a message or of a receipt, as it stands in a frame. */
export interface Entry {
  /** 16 bytes that mean nothing: what a receipt answers to. The same for all parts of one message. */
  readonly reference: Uint8Array;
  /** Counts from 0. */
  readonly part: number;
  /** How many parts there are in all. */
  readonly parts: number;
  /** Media type. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Why bytes are no frame: a rule, without content. */
export class FrameError extends Error {}

const VERSION = 1;
const HEAD_BYTES = 4;
const REFERENCE_BYTES = 16;
/** Reference, part, parts, length of the media type, length of the bytes. */
const ENTRY_BYTES = REFERENCE_BYTES + 2 + 2 + 1 + 4;
const PRINTABLE = /^[\x20-\x7e]*$/;
/** Entries of one frame; their number stands in two bytes. */
export const ENTRIES_MAX = 64;
/** Parts of one message; their number stands in two bytes. */
export const PARTS_MAX = 0xffff;

/** Bytes that an entry needs in a frame beside its own. */
export function overheadOf(contentType: string): number {
  return ENTRY_BYTES + contentType.length;
}

/** Bytes of a frame that are left for entries, where it may have `frameBytes` in all. */
export function roomIn(frameBytes: number): number {
  return frameBytes - HEAD_BYTES;
}

/**
 * A frame with these entries, padded with zeros:
 *
 * ```
 * version (1)  0 (1)  entries (2)
 * for each: reference (16)  part (2)  parts (2)  t (1)  media type (t)  n (4)  bytes (n)
 * zeros
 * ```
 *
 * Numbers have their high byte first.
 */
export function encodeFrame(entries: readonly Entry[]): Uint8Array {
  const length = entries.reduce(
    (sum, { contentType, bytes }) => sum + overheadOf(contentType) + bytes.length,
    HEAD_BYTES,
  );
  const frame = new Uint8Array(paddedLength(length)), view = new DataView(frame.buffer);
  view.setUint8(0, VERSION);
  view.setUint16(2, entries.length);
  let at = HEAD_BYTES;
  for (const { reference, part, parts, contentType, bytes } of entries) {
    frame.set(reference, at);
    at += REFERENCE_BYTES;
    view.setUint16(at, part);
    view.setUint16(at + 2, parts);
    view.setUint8(at + 4, contentType.length);
    at += 5;
    for (let index = 0; index < contentType.length; index++) frame[at++] = contentType.charCodeAt(index);
    view.setUint32(at, bytes.length);
    frame.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return frame;
}

/** The entries of a frame; each owns its memory. Throws a `FrameError`. */
export function decodeFrame(frame: Uint8Array): readonly Entry[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < HEAD_BYTES) throw new FrameError("it has no head");
  if (frame[0] !== VERSION) throw new FrameError("its version is not 1");
  if (frame[1] !== 0) throw new FrameError("its second byte is not 0");
  const count = view.getUint16(2);
  if (count < 1 || count > ENTRIES_MAX) throw new FrameError(`it has no entry, or more than ${ENTRIES_MAX}`);
  const entries: Entry[] = [];
  let at = HEAD_BYTES;
  const take = (bytes: number) => {
    if (bytes > frame.length - at) throw new FrameError("it ends within an entry");
    at += bytes;
    return at - bytes;
  };
  for (let index = 0; index < count; index++) {
    const begin = take(REFERENCE_BYTES + 5);
    const reference = frame.slice(begin, begin + REFERENCE_BYTES);
    const part = view.getUint16(at - 5), parts = view.getUint16(at - 3);
    if (part >= parts) throw new FrameError("an entry is none of its parts");
    const typeLength = frame[at - 1], typeAt = take(typeLength);
    const contentType = String.fromCharCode(...frame.subarray(typeAt, typeAt + typeLength));
    if (!PRINTABLE.test(contentType)) {
      throw new FrameError("a media type has a byte that is not printable ASCII");
    }
    const length = view.getUint32(take(4)), bytesAt = take(length);
    entries.push({ reference, part, parts, contentType, bytes: frame.slice(bytesAt, bytesAt + length) });
  }
  if (paddedLength(at) !== frame.length) throw new FrameError("it is not padded as it must be");
  for (; at < frame.length; at++) if (frame[at] !== 0) throw new FrameError("its padding is not zero");
  return entries;
}
