import { argon2id } from "@noble/hashes/argon2.js";

/**
 * Argon2id (RFC 9106) with what OWASP's Password Storage Cheat Sheet asks for at least: 19 MiB, two passes, one lane. Who
 * guesses pays the same for each guess.
 */
export const ARGON2 = { m: 19_456, t: 2, p: 1 } as const;

/** Bytes of a salt, and of a hash. */
export const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** What a password is hashed with. */
export interface HashParameters {
  readonly salt: Uint8Array;
  /** Memory, in KiB. */
  readonly m: number;
  /** Passes. */
  readonly t: number;
  /** Lanes. */
  readonly p: number;
}

/** A hash as it is kept. */
export interface PasswordHash extends HashParameters {
  readonly hash: Uint8Array;
}

/** Hashes a password. Takes a third of a second of a core, and 19 MiB. */
export function derive(password: string, { salt, m, t, p }: HashParameters): Uint8Array {
  return argon2id(password.normalize("NFKC"), salt, { m, t, p, dkLen: HASH_BYTES });
}

/** A new hash, with the cost of today. */
export function hashPassword(password: string, salt: Uint8Array): string {
  const parameters = { ...ARGON2, salt };
  return formatHash({ ...parameters, hash: derive(password, parameters) });
}

/** As the PHC string format has it: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`. */
function formatHash({ m, t, p, salt, hash }: PasswordHash): string {
  return `$argon2id$v=19$m=${m},t=${t},p=${p}$${base64(salt)}$${base64(hash)}`;
}

/** `undefined` where a text is no such hash. */
export function parseHash(text: string): PasswordHash | undefined {
  const found = PHC.exec(text);
  if (!found) return undefined;
  const [, m, t, p, salt, hash] = found;
  return { m: Number(m), t: Number(t), p: Number(p), salt: bytesOf(salt), hash: bytesOf(hash) };
}

const PHC =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9])\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43})$/;

const CHARACTERS_MIN = 15;
const CHARACTERS_MAX = 256;
const DIFFERENT_MIN = 6;

/**
 * The rule that a password breaks; `undefined` where it is good enough. Of NIST SP 800-63B-4 section 3.1.1: at least 15
 * characters where nothing else proves who somebody is, no rules of composition, nothing that is made of the name.
 */
export function weaknessOf(password: string, name: string): string | undefined {
  const characters = [...password.normalize("NFKC")];
  if (characters.length < CHARACTERS_MIN) return `it must have at least ${CHARACTERS_MIN} characters`;
  if (characters.length > CHARACTERS_MAX) return `it may have at most ${CHARACTERS_MAX} characters`;
  if (new Set(characters).size < DIFFERENT_MIN) return "it repeats a few characters";
  if (name.length > 2 && password.toLowerCase().includes(name)) return "the name is part of it";
  return undefined;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
