const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & 1 << bit) reversed |= 0x80 >> bit;
  return reversed;
});

/** The same bits, each byte from its other end. */
export function reverseBits(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const reversed = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) reversed[at] = REVERSED[bytes[at]];
  return reversed;
}
