/**
 * The frame of MLLP: `VT data FS CR`, that is 0x0B, the message, 0x1C 0x0D. In release 2 the data may be the one byte
 * of a commit acknowledgment instead.
 * Source: HL7 Version 2 Transport Specification MLLP R1; HL7 Implementation Guide, appendix C, C.4.2; HL7 Version 3
 * Transport Specification MLLP R2, 1.2.2.
 */

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

/** What a frame of release 2 says about the content before it; `undefined` where it is content itself. */
export function commitIn(frame: Uint8Array): "committed" | "refused" | undefined {
  if (frame.length !== 1) return undefined;
  return frame[0] === ACK ? "committed" : frame[0] === NAK ? "refused" : undefined;
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
