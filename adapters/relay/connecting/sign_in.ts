import type { RelayIdentity } from "../../../runtime/contract/adapter.ts";

/** First byte of a user's public key, which becomes the letter U. */
const USER = 20 << 3;
/** RFC 4648 section 6. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A public Ed25519 key of 32 bytes as NATS writes that of a user (nkey): `U` and 55 characters. */
export function userKey(publicBytes: Uint8Array): string {
  const body = Uint8Array.of(USER, ...publicBytes);
  const sum = crc16(body);
  return base32(Uint8Array.of(...body, sum & 0xff, sum >> 8));
}

/** What NATS asks of who signs in with a key: the key, and its signature of the server's challenge in base64url. */
export function signIn(identity: RelayIdentity, nonce: string): { nkey: string; sig: string } {
  const signature = identity.sign(new TextEncoder().encode(nonce));
  return {
    nkey: userKey(identity.publicBytes),
    sig: signature.toBase64({ alphabet: "base64url", omitPadding: true }),
  };
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 0x8000 ? sum << 1 ^ 0x1021 : sum << 1) & 0xffff;
  }
  return sum;
}

function base32(bytes: Uint8Array): string {
  let text = "", bits = 0, held = 0;
  for (const byte of bytes) {
    held = held << 8 | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[held >> bits - 5 & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[held << 5 - bits & 31];
}
