import { Buffer } from "node:buffer";
import { createHash, createPublicKey } from "node:crypto";
import { signingWithEcdsa } from "./_ecdsa.ts";
import { isLockedPkcs8, withoutPkcs8 } from "./_pkcs8.ts";
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
  /** It is encrypted, and the passphrase is missing or wrong. */
  | "locked"
  /** It is none of {@linkcode KEY_TYPES}. */
  | "foreign"
  /** An RSA key shorter than {@linkcode RSA_BITS_MIN}. */
  | "short";

/** What each trouble is, after `the key`. */
export const KEY_TROUBLES: Readonly<Record<KeyTrouble, string>> = {
  unreadable: "is not one in the form of OpenSSH or PEM",
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
    return isLockedPkcs8(trimmed) ? "locked" : "unreadable";
  }
  const key = parsed(plain, passphrase);
  if (typeof key === "string") return key;
  if (!key.isPrivateKey()) return "unreadable";
  const trouble = troubleOf(key);
  if (trouble) return trouble;
  const [type, fingerprint] = [key.type as KeyType, fingerprintOf(key.getPublicSSH())];
  try {
    return { type, fingerprint, key: signingWithSha2(signingWithEcdsa(key)) };
  } catch {
    return "unreadable";
  }
}

/** Reads a public key: a line as in `authorized_keys` without options (`ssh-ed25519 AAAA… comment`), or its bytes. */
export function readPublicKey(from: string | Uint8Array): PublicKey | KeyTrouble {
  const key = parsed(typeof from === "string" ? from.trim() : Buffer.from(from));
  if (typeof key === "string") return key;
  if (key.isPrivateKey()) return "unreadable";
  const trouble = troubleOf(key);
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

function parsed(from: string | Buffer, passphrase?: string): ParsedKey | KeyTrouble {
  let key: ReturnType<typeof utils.parseKey>;
  try {
    key = utils.parseKey(from, passphrase);
  } catch {
    return "unreadable";
  }
  // OpenSSH's form has room for several keys; nothing writes more than one.
  const [first] = Array.isArray(key) ? key : [key];
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
 * An RSA key that refuses to sign with SHA-1, which `ssh2` falls back to where a server does not say that it knows
 * better (RFC 8308).
 */
function signingWithSha2(key: ParsedKey): ParsedKey {
  if (key.type !== "ssh-rsa") return key;
  const sign = key.sign;
  key.sign = function (data, algorithm) {
    const isSha2 = algorithm === "sha256" || algorithm === "sha512";
    // This is how a key of ssh2 says that it cannot.
    return isSha2 ? sign.call(this, data, algorithm) : new Error("SHA-1 is not used");
  };
  return key;
}
