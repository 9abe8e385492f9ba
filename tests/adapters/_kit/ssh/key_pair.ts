import { type KeyPairOptions, utils } from "../../../../adapters/_kit/ssh/ssh2.ts";

/**
 * A pair of keys in OpenSSH's form. ssh2 writes one ed25519 key of some 150 too short to be read by itself or anybody;
 * such a pair is made again.
 */
export function sshKeyPair(
  type: "ed25519" | "ecdsa" | "rsa",
  options: KeyPairOptions = {},
): { readonly private: string; readonly public: string } {
  for (let attempts = 0; attempts < 10; attempts++) {
    const pair = utils.generateKeyPairSync(type, options);
    const read = [utils.parseKey(pair.private, options.passphrase), utils.parseKey(pair.public)];
    if (!read.some((key) => key instanceof Error)) return pair;
  }
  throw new Error(`ssh2 makes no ${type} key that it can read`);
}
