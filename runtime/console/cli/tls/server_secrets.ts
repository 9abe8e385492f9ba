import {
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from "node:crypto";
import type { Cipher } from "./numbers.ts";

/** Opens the records of a server's handshake in TLS 1.3, in their order. */
export type OpenRecord = (header: Uint8Array, sealed: Uint8Array) => Uint8Array;

/**
 * What a server seals its handshake with (RFC 8446 section 7.1): its traffic secret, from the secret both sides share
 * and the two hellos.
 */
export function recordOpener(
  { hash, aead, keyBytes }: NonNullable<Cipher["schedule"]>,
  shared: Uint8Array,
  hellos: readonly Uint8Array[],
): OpenRecord {
  const hashed = (parts: readonly Uint8Array[]) =>
    parts.reduce((digest, part) => digest.update(part), createHash(hash)).digest();
  const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]) =>
    parts.reduce((mac, part) => mac.update(part), createHmac(hash, key)).digest();
  // HKDF-Expand-Label; nothing here is longer than one hash.
  const expand = (secret: Uint8Array, label: string, context: Uint8Array, length: number) => {
    const name = new TextEncoder().encode(`tls13 ${label}`);
    const info = [length >> 8, length & 0xff, name.length, ...name, context.length, ...context, 1];
    return hmac(secret, Uint8Array.from(info)).subarray(0, length);
  };
  const none = new Uint8Array();
  const zeros = new Uint8Array(hashed([]).length);
  const early = hmac(zeros, zeros);
  const handshake = hmac(expand(early, "derived", hashed([]), zeros.length), shared);
  const server = expand(handshake, "s hs traffic", hashed(hellos), zeros.length);
  const key = expand(server, "key", none, keyBytes);
  const start = expand(server, "iv", none, 12);
  let sequence = 0;
  return (header, sealed) => {
    const nonce = Uint8Array.from(start);
    new DataView(nonce.buffer).setUint32(
      8,
      new DataView(start.buffer, start.byteOffset).getUint32(8) ^ sequence++,
    );
    const cipher = createDecipheriv(aead as "aes-128-gcm", key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(header);
    cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const opened = cipher.update(sealed.subarray(0, -TAG_BYTES));
    cipher.final();
    return opened;
  };
}

const TAG_BYTES = 16;

/** The secret that both sides share, from our key and the point of the server's. */
export function sharedSecret(privateKey: KeyObject, point: Uint8Array): Uint8Array {
  const der = Uint8Array.from([...SPKI_BEFORE[point.length] ?? [], ...point]);
  const publicKey = createPublicKey({ key: der as never, type: "spki", format: "der" });
  return diffieHellman({ privateKey, publicKey });
}

/** What stands before the point in a SubjectPublicKeyInfo, by the length of the point: X25519, P-256, P-384. */
const SPKI_BEFORE: Readonly<Record<number, Uint8Array>> = {
  32: Uint8Array.fromHex("302a300506032b656e032100"),
  65: Uint8Array.fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
  97: Uint8Array.fromHex("3076301006072a8648ce3d020106052b81040022036200"),
};
