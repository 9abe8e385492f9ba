/** First byte of a user's public key, which becomes the letter U. */
const USER = 20 << 3;
/** RFC 4648 section 6. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A public Ed25519 key of 32 bytes as NATS names a user by it: `U` and 55 more characters. */
export function userName(publicBytes: Uint8Array): string {
  const body = Uint8Array.of(USER, ...publicBytes);
  const sum = crc16(body);
  return base32(Uint8Array.of(...body, sum & 0xff, sum >> 8));
}

/** True for what {@linkcode userName} gives, but for its last characters, which the server checks. */
export function isUserName(text: string): boolean {
  return /^U[A-Z2-7]{55}$/.test(text);
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) sum = (sum << 1 ^ (sum & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return sum;
}

/** 35 bytes are 56 characters, without padding. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replace(/.{5}/g, (five) => ALPHABET[parseInt(five, 2)]);
}
