import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { isAddress } from "./is_address.ts";
import { ciphers, versions } from "./numbers.ts";

/** A ClientHello (RFC 8446 section 4.1.2), and what is needed to read the answer to it. */
export interface ClientHello {
  /** The handshake message, without a record around it. */
  readonly message: Uint8Array<ArrayBuffer>;
  /** Private keys by group. */
  readonly keys: ReadonlyMap<number, KeyObject>;
}

/**
 * Offers all that a server may be able to, from TLS 1.0 and 3DES up, so that it shows itself whatever it is like. Nothing
 * is ever sent over such a connection.
 */
export function clientHello(serverName: string, random: (length: number) => Uint8Array): ClientHello {
  const keys = GROUPS.map(({ id, pointBytes, make }) => ({ id, pointBytes, ...make() }));
  const shares = keys.flatMap(({ id, pointBytes, publicKey }) => {
    // The point is the end of its SubjectPublicKeyInfo.
    const spki = publicKey.export({ type: "spki", format: "der" });
    return [...uint16(id), ...vector(2, [...spki.subarray(-pointBytes)])];
  });
  const extensions = [
    // An address is no name that may be asked for (RFC 6066 section 3).
    ...(isAddress(serverName) ? [] : [extension(0, vector(2, [0, ...vector(2, ascii(serverName))]))]),
    extension(10, vector(2, [...keys.map(({ id }) => id), SECP521R1].flatMap(uint16))),
    extension(11, vector(1, [0])),
    extension(13, vector(2, SIGNATURES.flatMap(uint16))),
    extension(23, []),
    extension(43, vector(1, [...versions.keys()].flatMap(uint16))),
    extension(45, vector(1, [1])),
    extension(51, vector(2, shares)),
    extension(0xff01, vector(1, [])),
  ];
  const body = [
    ...uint16(0x0303),
    ...random(32),
    ...vector(1, [...random(32)]),
    ...vector(2, [...ciphers.keys()].flatMap(uint16)),
    ...vector(1, [0]),
    ...vector(2, extensions.flat()),
  ];
  return {
    message: Uint8Array.from([1, ...vector(3, body)]),
    keys: new Map(keys.map(({ id, privateKey }) => [id, privateKey])),
  };
}

/** Groups that a key share is sent for; nearly every server knows one of them. */
const GROUPS = [
  { id: 0x001d, pointBytes: 32, make: () => generateKeyPairSync("x25519") },
  { id: 0x0017, pointBytes: 65, make: () => generateKeyPairSync("ec", { namedCurve: "P-256" }) },
  { id: 0x0018, pointBytes: 97, make: () => generateKeyPairSync("ec", { namedCurve: "P-384" }) },
];

const SECP521R1 = 0x0019;

/** ECDSA, Ed25519, RSA-PSS and RSA, the old ones with SHA-1 too. */
const SIGNATURES = [
  ...[0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b],
  ...[0x0401, 0x0501, 0x0601, 0x0203, 0x0201],
];

function extension(type: number, content: readonly number[]): readonly number[] {
  return [...uint16(type), ...vector(2, content)];
}

function vector(lengthBytes: number, content: readonly number[]): readonly number[] {
  const length = Array.from(
    { length: lengthBytes },
    (_, at) => content.length >> 8 * (lengthBytes - 1 - at) & 0xff,
  );
  return [...length, ...content];
}

function uint16(value: number): readonly number[] {
  return [value >> 8, value & 0xff];
}

function ascii(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}
