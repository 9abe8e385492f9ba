import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, verify } from "node:crypto";
import {
  fingerprintOf,
  keyTypeOf,
  readPrivateKey,
  readPublicKey,
} from "../../../../adapters/_kit/ssh/keys.ts";
import { sshKeyPair } from "./key_pair.ts";

const pkcs8 = { type: "pkcs8", format: "pem" } as const;
const locked = { ...pkcs8, cipher: "aes-256-cbc", passphrase: "open sesame" } as const;
const data = Buffer.from("to be signed");

Deno.test("a private key is read from OpenSSH's form, locked or not", () => {
  for (const type of ["ed25519", "ecdsa", "rsa"] as const) {
    const bits = { ecdsa: 256, rsa: 2048, ed25519: undefined }[type];
    const options = { ...(bits ? { bits } : {}), comment: "a comment" };
    const open = sshKeyPair(type, options);
    const key = readPrivateKey(open.private);
    assert(typeof key !== "string", `${type}: ${key}`);
    const other = readPublicKey(open.public);
    assert(typeof other !== "string");
    assertEquals([key.type, key.fingerprint], [other.type, other.fingerprint]);
  }
  const shut = sshKeyPair("ed25519", { cipher: "aes256-ctr", rounds: 4, passphrase: "x" });
  assert(typeof readPrivateKey(shut.private, "x") !== "string");
  assertEquals(readPrivateKey(shut.private, "y"), "locked");
  assertEquals(readPrivateKey(shut.private), "locked");
});

Deno.test("a private key is read from PEM, locked or not, and signs as it did", () => {
  const pairs = [
    generateKeyPairSync("ed25519"),
    generateKeyPairSync("ec", { namedCurve: "P-256" }),
    generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ];
  for (const { privateKey, publicKey } of pairs) {
    for (const text of [privateKey.export(pkcs8), privateKey.export(locked)]) {
      const key = readPrivateKey(String(text), "open sesame");
      assert(typeof key !== "string", `${privateKey.asymmetricKeyType}: ${key}`);
      if (key.type !== "ssh-ed25519") continue;
      const signature = key.key.sign(data);
      assert(!(signature instanceof Error) && verify(null, data, publicKey, signature));
    }
    assertEquals(readPrivateKey(String(privateKey.export(locked)), "wrong"), "locked");
    assertEquals(readPrivateKey(String(privateKey.export(locked))), "locked");
  }
});

Deno.test("a key that is no key, of another kind or too short is told apart", () => {
  assertEquals(readPrivateKey("nothing of the sort"), "unreadable");
  assertEquals(readPublicKey("ssh-ed25519 AAAA"), "unreadable");
  assertEquals(readPrivateKey(sshKeyPair("ed25519").public), "public");
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  assertEquals(readPrivateKey(String(short.export({ type: "pkcs1", format: "pem" }))), "short");
  const foreign = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
  assert(["foreign", "unreadable"].includes(String(readPrivateKey(String(foreign.export(pkcs8))))));
});

Deno.test("an RSA key signs with SHA-2 and never with SHA-1", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = readPrivateKey(String(privateKey.export({ type: "pkcs1", format: "pem" })));
  assert(typeof key !== "string");
  const signature = key.key.sign(data, "sha512");
  assert(!(signature instanceof Error) && key.key.verify(data, signature, "sha512"));
  assert(key.key.sign(data, "sha1") instanceof Error);
  assert(key.key.sign(data) instanceof Error);
});

Deno.test("a fingerprint is the one ssh-keygen shows", () => {
  const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ9sFQLlAcR4lzPfTuO8ZXm3j2cAOmzhlk4lrEoxVo5 made once";
  const key = readPublicKey(line);
  assert(typeof key !== "string");
  assertEquals(key.fingerprint, fingerprintOf(key.blob));
  assertEquals(key.fingerprint, "SHA256:NMflXoEl7mhKvvCaRJs67i4FMkSYAB+AsZqOBuVbEOk");
  assertEquals(keyTypeOf(key.blob), "ssh-ed25519");
  assertEquals(keyTypeOf(new Uint8Array([0, 0, 0, 200, 1])), "unknown");
});

Deno.test("every ECDSA key signs, whatever its scalar begins with", () => {
  for (const bits of [256, 384, 521]) {
    for (let time = 0; time < 12; time++) {
      const pair = sshKeyPair("ecdsa", { bits });
      const key = readPrivateKey(pair.private), other = readPublicKey(pair.public);
      assert(typeof key !== "string" && typeof other !== "string");
      const signature = key.key.sign(data);
      assert(!(signature instanceof Error) && other.key.verify(data, signature), `${bits} bits`);
    }
  }
});
