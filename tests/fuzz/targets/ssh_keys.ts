import { KEY_TYPES } from "../../../adapters/_kit/ssh/algorithms.ts";
import { keyTypeOf, readPrivateKey, readPublicKey } from "../../../adapters/_kit/ssh/keys.ts";
import { knownKeys } from "../../../adapters/sftp/connecting/known_hosts.ts";
import { must, type Target, textOf } from "../target.ts";
import { sshKeyPair } from "../../adapters/_kit/ssh/key_pair.ts";

const LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ9sFQLlAcR4lzPfTuO8ZXm3j2cAOmzhlk4lrEoxVo5";
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

/** What an operator or a partner gives as a key, and what a server shows as its own. */
export const sshKeyTarget: Target = {
  name: "ssh-key",
  seeds: [LINE, sshKeyPair("ed25519").private],
  words: [
    ...KEY_TYPES,
    "-----BEGIN ",
    " PRIVATE KEY-----\n",
    "Proc-Type: 4,ENCRYPTED\n",
    "AAAA",
    "\0\0\0\x0b",
  ],
  bytesMax: 64 * 1024,
  attempt(input) {
    const text = textOf(input);
    keyTypeOf(input);
    for (
      const key of [
        readPublicKey(text),
        readPublicKey(input),
        readPrivateKey(text),
        readPrivateKey(text, "x"),
      ]
    ) {
      if (typeof key !== "string") must(FINGERPRINT.test(key.fingerprint), "a key has a fingerprint");
    }
  },
};

/** A `known_hosts` file. */
export const knownHostsTarget: Target = {
  name: "known-hosts",
  seeds: [
    `files.example,[files.example]:2222 ${LINE}\n`,
    `@revoked *,!a.example ${LINE}`,
    `|1|Bwc=|gNm= ${LINE}`,
  ],
  words: ["@revoked ", "@cert-authority ", "|1|", "*", "?", "!", "[", "]:", ",", "\r\n", "#", LINE],
  attempt(input) {
    const known = knownKeys(textOf(input), "files.example", 22);
    for (const { fingerprint } of known.pins) must(FINGERPRINT.test(fingerprint), "a pin is a fingerprint");
    return known;
  },
};
