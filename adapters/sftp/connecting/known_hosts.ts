import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import type { KeyType } from "../../_kit/ssh/algorithms.ts";
import { readPublicKey } from "../../_kit/ssh/keys.ts";

/** A key that a host may show. Without a type it may be of any. */
export interface Pin {
  readonly type?: KeyType;
  /** `SHA256:…`. */
  readonly fingerprint: string;
}

/** What is known of one host. */
export interface KnownKeys {
  readonly pins: readonly Pin[];
  /** Fingerprints of keys that MUST NOT be trusted whatever else is said. */
  readonly revoked: readonly string[];
}

/**
 * What a `known_hosts` file says of a host: names with wildcards, `!` before those that are meant not to match,
 * `[host]:port` for other ports than 22, hashed names, and `@revoked`. Certificate authorities are passed over, as is
 * whatever cannot be read.
 *
 * Source: OpenSSH, sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".
 */
export function knownKeys(text: string, host: string, port: number): KnownKeys {
  const name = (port === 22 ? host : `[${host}]:${port}`).toLowerCase();
  const pins: Pin[] = [];
  const revoked: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, marker, names, key] = LINE.exec(line) ?? [];
    if (key === undefined || marker === "@cert-authority" || !isNamed(names, name)) continue;
    const read = readPublicKey(key);
    if (typeof read === "string") continue;
    if (marker === "@revoked") revoked.push(read.fingerprint);
    else if (marker === undefined) pins.push({ type: read.type, fingerprint: read.fingerprint });
  }
  return { pins, revoked };
}

const LINE = /^\s*(?:(@\S+)\s+)?([^\s@#]\S*)\s+(\S+\s+\S+)/;

/** Whether a field of names means a host. */
function isNamed(names: string, name: string): boolean {
  if (names.startsWith("|")) return isHashOf(names, name);
  const patterns = names.toLowerCase().split(",");
  const matches = (pattern: string) => isLike(name, pattern);
  return patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)));
}

/** `|1|salt|hash`: HMAC with SHA-1 of the name, both base64. */
function isHashOf(field: string, name: string): boolean {
  const [, version, salt, hash] = field.split("|");
  if (version !== "1" || !salt || !hash) return false;
  // Not the platform's own, which throws where a line is damaged.
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

/** `*` stands for any characters, `?` for one. Takes one times the other at most. */
function isLike(name: string, pattern: string): boolean {
  let at = 0, star = -1, afterStar = 0;
  for (let along = 0; along < name.length;) {
    if (pattern[at] === "*") {
      star = at++;
      afterStar = along;
    } else if (pattern[at] === "?" || pattern[at] === name[along]) {
      at++;
      along++;
    } else if (star >= 0) {
      // The last star stands for one character more.
      at = star + 1;
      along = ++afterStar;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
