/**
 * Frames of ASTM E1381 and its successor CLSI LIS01-A2: `STX FN text ETB|ETX C1 C2 CR LF`. FN is the number of the frame,
 * a digit that goes 1 … 7, 0, 1 …; ETX ends the last frame of a text, ETB any other; C1 C2 is the sum of all bytes from FN
 * up to ETB or ETX, modulo 256, as two hexadecimal digits.
 *
 * Source: ASTM E1381-02, CLSI LIS01-A2, section 6.3.
 */

/** Starts a frame. */
export const STX = 0x02;
/** Ends the last frame of a text. */
export const ETX = 0x03;
/** Ends a transfer; as an answer, asks the sender to end it soon. */
export const EOT = 0x04;
/** Asks for the line. */
export const ENQ = 0x05;
/** Says yes. */
export const ACK = 0x06;
export const LF = 0x0a;
export const CR = 0x0d;
/** Says no. */
export const NAK = 0x15;
/** Ends a frame that is not the last of its text. */
export const ETB = 0x17;

/** Bytes of a frame beside its text: STX FN, ETB or ETX, C1 C2 CR LF. */
export const MARKS = 7;

/** What may not stand within a text: SOH to ACK, LF, DLE, DC1 to DC4, NAK, SYN, ETB (E1381-02, 6.6). */
export function isRestricted(byte: number): boolean {
  return byte >= 0x01 && byte <= 0x06 || byte === LF || byte >= 0x10 && byte <= 0x17;
}

/** A frame that came whole. */
export interface Frame {
  /** 0 to 7. */
  readonly number: number;
  /** In memory of its own. Message content. */
  readonly text: Uint8Array;
  /** True where its text ends with it. */
  readonly isLast: boolean;
}

/** The number behind one, or behind none: 1 to 7, then 0. */
export function nextNumber(number: number): number {
  return (number + 1) % 8;
}

/** A frame as it goes over the line. */
export function writeFrame({ number, text, isLast }: Frame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length + MARKS);
  bytes[0] = STX;
  bytes[1] = 0x30 + number;
  bytes.set(text, 2);
  const end = text.length + 2;
  bytes[end] = isLast ? ETX : ETB;
  const sum = checksum(bytes.subarray(1, end + 1));
  bytes[end + 1] = hexDigit(sum >> 4);
  bytes[end + 2] = hexDigit(sum & 15);
  bytes[end + 3] = CR;
  bytes[end + 4] = LF;
  return bytes;
}

/** Reads what stands between STX and LF; `undefined` where that is no frame, or its sum is wrong. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  // Some devices leave the CR out.
  const end = bytes.length - (bytes.at(-1) === CR ? 4 : 3);
  if (end < 1) return undefined;
  const [number, mark] = [bytes[0] - 0x30, bytes[end]];
  if (number < 0 || number > 7 || mark !== ETX && mark !== ETB) return undefined;
  const sum = String.fromCharCode(bytes[end + 1], bytes[end + 2]);
  if (!/^[0-9A-Fa-f]{2}$/.test(sum) || parseInt(sum, 16) !== checksum(bytes.subarray(0, end + 1))) {
    return undefined;
  }
  const text = bytes.slice(1, end);
  return text.includes(ETX) || text.includes(ETB) ? undefined : { number, text, isLast: mark === ETX };
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x37 + value;
}
