/** The little of DER (ITU-T X.690) that a certificate is written in. */

/** A value with its tag and length. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return joined([Uint8Array.of(tag, ...lengthOf(length)), ...parts]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

export const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => der(0x31, ...parts);
export const octets = (value: Uint8Array) => der(0x04, value);
export const bits = (value: Uint8Array, unused = 0) => der(0x03, Uint8Array.of(unused), value);
export const text = (value: string) => der(0x0c, new TextEncoder().encode(value));
export const truth = () => der(0x01, Uint8Array.of(0xff));
export const tagged = (tag: number, value: Uint8Array) => der(0xa0 | tag, value);

/** A whole number that is not negative, most significant byte first. */
export function integer(bytes: Uint8Array): Uint8Array {
  const from = bytes.findIndex((byte) => byte !== 0);
  const rest = from < 0 ? Uint8Array.of(0) : bytes.subarray(from);
  return der(0x02, rest[0] < 0x80 ? rest : joined([Uint8Array.of(0), rest]));
}

/** An object identifier: `2.5.29.17`. */
export function identifier(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split(".").map(Number);
  return der(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): readonly number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift(0x80 | left & 0x7f);
  return digits;
}

/** A time, as X.509 has it: two digits of the year until 2049 (RFC 5280 section 4.1.2.5). */
export function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  const isLate = digits >= "2050";
  return der(isLate ? 0x18 : 0x17, new TextEncoder().encode(isLate ? digits : digits.slice(2)));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
