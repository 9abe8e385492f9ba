import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { withoutPkcs8 } from "./_pkcs8.ts";
import { KEY_TYPES, type KeyType } from "./algorithms.ts";
import { type ParsedKey, utils } from "./ssh2.ts";

/** A private key that can be used. */
export interface PrivateKey {
  readonly type: KeyType;
  readonly fingerprint: string;
  /** As `ssh2` takes it, for a client's sign-in and for a server's host key. It signs with SHA-2 only. */
  readonly key: ParsedKey;
}

/** A public key, of a host or of a user. */
export interface PublicKey {
  readonly type: KeyType;
  readonly fingerprint: string;
  /** RFC 4253 section 6.6. */
  readonly blob: Uint8Array;
  /** As `ssh2` has it, to verify signatures with. */
  readonly key: ParsedKey;
}

/** Why a key cannot be used. */
export type KeyTrouble =
  /** No key in a form we read. */
  | "unreadable"
  /** It is a public key, where a private one is wanted. */
  | "public"
  /** It is encrypted, and the passphrase is missing or wrong. */
  | "locked"
  /** It is none of {@linkcode KEY_TYPES}. */
  | "foreign"
  /** An RSA key shorter than {@linkcode RSA_BITS_MIN}. */
  | "short";

/** What each trouble is, after `the key`. */
export const KEY_TROUBLES: Readonly<Record<KeyTrouble, string>> = {
  unreadable: "is not one in the form of OpenSSH or PEM",
  public: "is a public key; the private one is wanted",
  locked: "is encrypted, and passphrase is not the one for it",
  foreign: "is not of a kind that is taken: ed25519, ecdsa or rsa",
  short: "is an RSA key of less than 2048 bits",
};

/** NIST SP 800-131A. */
export const RSA_BITS_MIN = 2_048;

/** Reads a private key, in the form of OpenSSH or in PEM (PKCS#1, SEC 1, PKCS#8), encrypted or not. */
export function readPrivateKey(text: string, passphrase?: string): PrivateKey | KeyTrouble {
  const trimmed = text.trim();
  let plain: string;
  try {
    plain = withoutPkcs8(trimmed, passphrase);
  } catch {
    return isLocked(trimmed) ? "locked" : "unreadable";
  }
  const key = parsed(plain, passphrase);
  // A wrong passphrase makes noise of it, which may even look like a key.
  const unreadable = isLocked(trimmed) ? "locked" : "unreadable";
  if (key === "unreadable") return unreadable;
  if (typeof key === "string") return key;
  if (!key.isPrivateKey()) return "public";
  try {
    const trouble = troubleOf(key);
    if (trouble) return trouble;
    if (key.type === "ssh-rsa") signWithSha2(key);
    else if (key.type.startsWith("ecdsa-")) signWithWholeScalar(key);
  } catch {
    return unreadable;
  }
  return { type: key.type as KeyType, fingerprint: fingerprintOf(key.getPublicSSH()), key };
}

/** Reads a public key: a line as in `authorized_keys` without options (`ssh-ed25519 AAAA… comment`), or its bytes. */
export function readPublicKey(from: string | Uint8Array): PublicKey | KeyTrouble {
  const key = parsed(typeof from === "string" ? from.trim() : Buffer.from(from));
  if (typeof key === "string") return key;
  if (key.isPrivateKey()) return "unreadable";
  let trouble: KeyTrouble | undefined;
  try {
    trouble = troubleOf(key);
  } catch {
    // It has the form of a key, and the platform makes none of it.
    return "unreadable";
  }
  if (trouble) return trouble;
  const blob = key.getPublicSSH();
  return { type: key.type as KeyType, fingerprint: fingerprintOf(blob), blob, key };
}

/** `SHA256:…`, as `ssh-keygen -l` shows it, of the bytes of a public key. */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** What kind of key the bytes of a public key say they are; `unknown` where they say nothing of the sort. */
export function keyTypeOf(blob: Uint8Array): string {
  const length = blob.length < 4 ? 0 : new DataView(blob.buffer, blob.byteOffset).getUint32(0);
  const name = new TextDecoder().decode(blob.subarray(4, 4 + Math.min(length, TYPE_BYTES_MAX)));
  return /^[a-z0-9@.-]+$/.test(name) ? name : "unknown";
}

const TYPE_BYTES_MAX = 64;

/** PEM that says it is encrypted: PKCS#8, or as in RFC 1421. */
function isLocked(text: string): boolean {
  return /^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(text);
}

function parsed(from: string | Buffer, passphrase?: string): ParsedKey | KeyTrouble {
  let key: ReturnType<typeof utils.parseKey>;
  try {
    key = utils.parseKey(from, passphrase);
  } catch {
    return "unreadable";
  }
  // OpenSSH's form has room for several keys; nothing writes more than one.
  const [first] = Array.isArray(key) ? key : [key];
  if (first === undefined) return "unreadable";
  if (!(first instanceof Error)) return first;
  return /encrypted|passphrase|decrypt|integrity/i.test(first.message) ? "locked" : "unreadable";
}

function troubleOf(key: ParsedKey): KeyTrouble | undefined {
  if (!(KEY_TYPES as readonly string[]).includes(key.type)) return "foreign";
  if (key.type !== "ssh-rsa") return undefined;
  const bits = createPublicKey(key.getPublicPEM()).asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < RSA_BITS_MIN ? "short" : undefined;
}

/**
 * Has an RSA key refuse to sign with SHA-1, which `ssh2` falls back to where a server does not say that it knows better
 * (RFC 8308). What `ssh2` decrypts has the padding of the cipher behind it still, and the platform does not read it then.
 */
function signWithSha2(key: ParsedKey): void {
  const der = derOf(key.getPrivatePEM());
  // SEQUENCE, with a length of two bytes: a key of 2,048 bits has more than one byte can say.
  const whole = der.subarray(0, 4 + der.readUInt16BE(2));
  const rsa = createPrivateKey({ key: whole, format: "der", type: "pkcs1" });
  key.sign = (data, algorithm) =>
    algorithm === "sha256" || algorithm === "sha512"
      ? sign(algorithm, data, rsa)
      // This is how a key of ssh2 says that it cannot.
      : new Error("SHA-1 is not used");
}

/**
 * Has an ECDSA key sign by a scalar of its full length. OpenSSH's form has it as a number, with a zero in front or
 * without those it begins with; `ssh2` puts that into PEM as it is, and the platform does not read it then.
 */
function signWithWholeScalar(key: ParsedKey): void {
  const { kty, crv, x, y } = createPublicKey(key.getPublicPEM()).export({ format: "jwk" });
  const length = Buffer.from(x!, "base64url").length;
  const scalar = Buffer.alloc(length);
  const found = scalarOf(key.getPrivatePEM()).subarray(-length);
  scalar.set(found, length - found.length);
  const jwk = { kty: kty!, crv: crv!, x: x!, y: y!, d: scalar.toString("base64url") };
  const whole = createPrivateKey({ key: jwk, format: "jwk" });
  const hash = key.type.endsWith("p256") ? "sha256" : key.type.endsWith("p384") ? "sha384" : "sha512";
  key.sign = (data) => sign(hash, data, whole);
}

/** The private scalar in a PEM of SEC 1: `SEQUENCE { INTEGER 1, OCTET STRING }` (RFC 5915). */
function scalarOf(pem: string): Buffer {
  const der = derOf(pem);
  const version = der.indexOf(Buffer.from([2, 1, 1, 4]));
  return der.subarray(version + 5, version + 5 + der[version + 4]);
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----.+-----|\s/g, ""), "base64");
}
