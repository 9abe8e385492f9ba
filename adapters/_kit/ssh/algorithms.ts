import type { Algorithms } from "./ssh2.ts";

/** Kinds of public keys that hosts and users may have, by what their encoding begins with, the preferred one first. */
export const KEY_TYPES = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
] as const;

/** One of {@linkcode KEY_TYPES}. */
export type KeyType = (typeof KEY_TYPES)[number];

/**
 * What SSH is spoken with, on either side: nothing with SHA-1, no CBC, no short groups, no compression. `ssh2` adds the
 * strict key exchange against CVE-2023-48795 by itself.
 *
 * Sources: RFC 8332, RFC 8709, RFC 9142.
 */
export const algorithms = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
  ],
  serverHostKey: hostKeyAlgorithms(KEY_TYPES),
  // In Deno the first is twice as fast as AES in its GCM mode. ChaCha20 is faster still and left out: `ssh2` makes a cipher
  // for each packet and never ends it, and Deno frees those that are ended only.
  cipher: ["aes128-ctr", "aes256-ctr", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes192-ctr"],
  hmac: [
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
  ],
  compress: ["none"],
} as const satisfies Algorithms;

/** The signatures of host keys of these kinds: an RSA key signs with SHA-2 (RFC 8332), never with SHA-1. */
export function hostKeyAlgorithms(types: readonly KeyType[]): HostKeyAlgorithm[] {
  return types.flatMap((type): HostKeyAlgorithm[] =>
    type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]
  );
}

type HostKeyAlgorithm = Exclude<KeyType, "ssh-rsa"> | "rsa-sha2-512" | "rsa-sha2-256";
