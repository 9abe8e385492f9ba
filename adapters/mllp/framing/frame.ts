/**
 * The frame of MLLP: `VT data FS CR`, that is 0x0B, the message, 0x1C 0x0D. In release 2 the data may be the one byte
 * of a commit acknowledgment instead.
 * Source: HL7 Version 2 Transport Specification MLLP R1; HL7 Implementation Guide, appendix C, C.4.2; HL7 Version 3
 * Transport Specification MLLP R2, 1.2.2.
 */
import type { Connection } from "../../../runtime/contract/world.ts";

/** Starts a frame. */
export const VT = 0x0b;
/** Ends a frame, together with {@linkcode CR}. */
export const FS = 0x1c;
/** Follows {@linkcode FS}. */
export const CR = 0x0d;
/** Alone in a frame of release 2: the other side has the message in safe storage. */
export const ACK = 0x06;
/** Alone in a frame of release 2: it has not. */
export const NAK = 0x15;

/** Larger messages are written as they are, between their start and their end, instead of being copied first. */
const copyBytesMax = 256 * 1024;
const head = Uint8Array.of(VT);
const tail = Uint8Array.of(FS, CR);

/** Writes the message as one frame. */
export async function writeFrame(connection: Connection, message: Uint8Array): Promise<void> {
  if (message.length > copyBytesMax) {
    await connection.write(head);
    await connection.write(message);
    return await connection.write(tail);
  }
  const frame = new Uint8Array(message.length + 3);
  frame[0] = VT;
  frame.set(message, 1);
  frame[message.length + 1] = FS;
  frame[message.length + 2] = CR;
  await connection.write(frame);
}

/** True where a message fits between the marks of a frame: nothing in it would be taken for an end or a start. */
export function fitsFrame(message: Uint8Array): boolean {
  for (let at = message.indexOf(FS); at >= 0; at = message.indexOf(FS, at + 1)) {
    if (message[at + 1] === CR || message[at + 1] === VT) return false;
  }
  return !startsAgain(message);
}

/**
 * True where a frame holds the start of another: a VT and then the four bytes the frame itself begins with, as when a
 * sender gave up in the middle and began anew on the same connection. Taking such a frame would lose a message.
 * Any other VT is data, though the standard forbids it: word processors leave some in notes.
 */
export function startsAgain(frame: Uint8Array): boolean {
  for (let at = frame.indexOf(VT); at >= 0; at = frame.indexOf(VT, at + 1)) {
    if (
      at + 4 < frame.length && frame[at + 1] === frame[0] && frame[at + 2] === frame[1] &&
      frame[at + 3] === frame[2] && frame[at + 4] === frame[3]
    ) return true;
  }
  return false;
}

/** True for what stands between frames so often that it means nothing: CR, LF, NUL, blank, a stray FS. */
export function isFiller(byte: number): boolean {
  return byte === CR || byte === 0x0a || byte === 0x00 || byte === 0x20 || byte === FS;
}
