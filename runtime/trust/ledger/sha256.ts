import { hash } from "node:crypto";

/** What is longer takes longer here than a call of `node:crypto`, which makes several objects for each. */
const SHORT_BYTES = 128;

/**
 * Writes the SHA-256 of bytes (FIPS 180-4) into 32 bytes that are there, which may lie among them. A message takes several,
 * mostly of one or two blocks: nothing is made for one, not even a view, since that would cost as much as the hash.
 */
export function sha256Into(made: Uint8Array, bytes: Uint8Array): void {
  if (bytes.length > SHORT_BYTES) made.setFromHex(hash("sha256", bytes));
  else hashShort(made, bytes);
}

const BLOCK_BYTES = 64;
/** Behind the last byte: one bit, zeros, and the length in bits. */
const TAIL_BYTES = 9;

// Nothing waits while they are filled and hashed.
const padded = new Uint8Array(SHORT_BYTES + BLOCK_BYTES);
const state = new Int32Array(8), schedule = new Int32Array(64);

function hashShort(made: Uint8Array, bytes: Uint8Array): void {
  const { length } = bytes, end = Math.ceil((length + TAIL_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
  padded.set(bytes);
  padded[length] = 0x80;
  padded.fill(0, length + 1, end - 2);
  padded[end - 2] = length >>> 5;
  padded[end - 1] = length << 3;
  state.set(START);
  for (let at = 0; at < end; at += BLOCK_BYTES) addBlock(at);
  for (let word = 0, at = 0; word < 8; word++, at += 4) {
    const value = state[word];
    made[at] = value >>> 24;
    made[at + 1] = value >>> 16;
    made[at + 2] = value >>> 8;
    made[at + 3] = value;
  }
}

/** FIPS 180-4 section 6.2.2, with its names. */
function addBlock(start: number): void {
  for (let t = 0, at = start; t < 16; t++, at += 4) {
    schedule[t] = padded[at] << 24 | padded[at + 1] << 16 | padded[at + 2] << 8 | padded[at + 3];
  }
  for (let t = 16; t < 64; t++) {
    const x = schedule[t - 15], y = schedule[t - 2];
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
    schedule[t] = s1 + schedule[t - 7] + s0 + schedule[t - 16];
  }
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let t = 0; t < 64; t++) {
    const S1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const T1 = h + S1 + (g ^ e & (f ^ g)) + ROUNDS[t] + schedule[t] | 0;
    const S0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const T2 = S0 + (a & b | c & (a | b)) | 0;
    h = g;
    g = f;
    f = e;
    e = d + T1 | 0;
    d = c;
    c = b;
    b = a;
    a = T1 + T2 | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** FIPS 180-4 section 5.3.3. */
const START = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

/** FIPS 180-4 section 4.2.2. */
// deno-fmt-ignore
const ROUNDS = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);
