import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { armor } from "age-encryption";
import { zipSync } from "fflate";
import { createMessage, encrypt, enums, sign } from "openpgp";
import { deflateRawSync, gzipSync } from "node:zlib";
import type { Open } from "../../../adapters/_kit/files/opener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { Folder } from "../file/folder.ts";
import { ageKeys, opener, pgpKeys, sealer } from "./_keys.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const shown = async (open: Open, name: string, content: Uint8Array) =>
  (await open(name, content.slice())).map((each) => [each.name, new TextDecoder().decode(each.bytes)]);
const codeOf = async (work: Promise<unknown>) => (await assertRejects(() => work, MitralError)).code;

Deno.test("a file of age is opened, armored or not, and nothing else", async () => {
  await using folder = await Folder.make();
  const [ours, others] = [await ageKeys(), await ageKeys()];
  await folder.write("acme.pub", `# Acme, two of them\n\n${ours.recipient}\r\n${others.recipient}\n`);
  await folder.write("others.pub", others.recipient);
  const seal = await sealer({ cipher: { age: [folder.at("acme.pub")] } });
  assertEquals([seal.ending, seal.isSealing], [".age", true]);
  const sealed = await seal.seal(bytes("content"));
  const open = await opener({
    cipher: { age: secretOf(`# created: 2026\n${ours.identity}\n`) },
  });
  assertEquals(await shown(open, "a.hl7.age", sealed), [["a.hl7", "content"]]);
  assertEquals(await shown(open, "a.hl7.age", bytes(armor.encode(sealed))), [["a.hl7", "content"]]);
  assertEquals(await codeOf(open("a", bytes("content"))), "CIPHER_MISSING");
  assertEquals(await codeOf(open("a", new Uint8Array())), "CIPHER_MISSING");
  const forOthers = await sealer({ cipher: { age: [folder.at("others.pub")] } });
  assertEquals(
    await codeOf(open("a", (await forOthers.seal(bytes("x"))).slice())),
    "CIPHER_RECIPIENT_WRONG",
  );
});

Deno.test("a file of age that is damaged or cut short anywhere is refused by code", async () => {
  await using folder = await Folder.make();
  const { identity, recipient } = await ageKeys();
  await folder.write("acme.pub", recipient);
  const sealed = await (await sealer({ cipher: { age: [folder.at("acme.pub")] } })).seal(bytes("x"));
  const open = await opener({ cipher: { age: secretOf(identity) } });
  for (let at = 0; at < sealed.length; at += 3) {
    const damaged = sealed.slice();
    damaged[at] ^= 0x11;
    for (const wrong of [damaged, sealed.slice(0, at)]) {
      const code = await codeOf(open("a", wrong));
      assert(["CIPHER_MISSING", "CIPHER_RECIPIENT_WRONG", "CIPHER_CONTENT_DAMAGED"].includes(code), code);
    }
  }
});

Deno.test("keys that are none are refused at the start, by code and setting", async () => {
  await using folder = await Folder.make();
  const { publicKey, privateKey } = await pgpKeys("us", { passphrase: "right" });
  await folder.write("empty.pub", "# nothing\n");
  await folder.write("wrong.pub", "age1wrong");
  await folder.write("us.asc", publicKey);
  const sealing = async (cipher: object) => await codeOf(sealer({ cipher }));
  const opening = async (cipher: object) => await codeOf(opener({ cipher }));
  for (const file of ["empty.pub", "wrong.pub", "us.asc"]) {
    assertEquals(await sealing({ age: [folder.at(file)] }), "CIPHER_KEY_INVALID", file);
  }
  assertEquals(await sealing({ age: [folder.at("missing")] }), "CIPHER_KEY_UNREADABLE");
  assertEquals(await sealing({ openpgp: { recipients: [folder.at("wrong.pub")] } }), "CIPHER_KEY_INVALID");
  assertEquals(await sealing({ openpgp: { recipients: [folder.at("missing")] } }), "CIPHER_KEY_UNREADABLE");
  assertEquals(await opening({ age: secretOf("AGE-SECRET-KEY-1x") }), "CIPHER_KEY_INVALID");
  assertEquals(await opening({ age: secretOf("") }), "CIPHER_KEY_INVALID");
  for (const wrong of [{}, { passphrase: secretOf("wrong") }]) {
    assertEquals(await opening({ openpgp: { key: secretOf(privateKey), ...wrong } }), "CIPHER_KEY_INVALID");
  }
  assertEquals(await opening({ openpgp: { key: secretOf(publicKey) } }), "CIPHER_KEY_INVALID");
});

Deno.test("a message of OpenPGP is opened, and must be signed where signers are told", async () => {
  await using folder = await Folder.make();
  const [us, acme, other] = await Promise.all(["us", "acme", "other"].map((name) => pgpKeys(name)));
  const files = { "us.asc": us.publicKey, "acme.asc": acme.publicKey, "other.asc": other.publicKey };
  for (const [name, content] of Object.entries(files)) await folder.write(name, content);
  const sealed = async (to: string, by?: string) => {
    const openpgp = { recipients: [folder.at(to)], ...(by ? { sign: secretOf(by) } : {}) };
    return (await (await sealer({ cipher: { openpgp } })).seal(bytes("content"))).slice();
  };
  const key = secretOf(us.privateKey);
  const any = await opener({ cipher: { openpgp: { key } } });
  const signed = await opener({ cipher: { openpgp: { key, signers: [folder.at("acme.asc")] } } });
  const byAcme = await sealed("us.asc", acme.privateKey);
  for (const open of [any, signed]) {
    assertEquals(await shown(open, "a.hl7.pgp", byAcme), [["a.hl7", "content"]]);
  }
  assertEquals(await shown(any, "a.hl7.gpg", await sealed("us.asc")), [["a.hl7", "content"]]);
  assertEquals(await codeOf(signed("a", await sealed("us.asc"))), "CIPHER_SIGNATURE_INVALID");
  assertEquals(
    await codeOf(signed("a", await sealed("us.asc", other.privateKey))),
    "CIPHER_SIGNATURE_INVALID",
  );
  assertEquals(await codeOf(any("a", await sealed("other.asc"))), "CIPHER_RECIPIENT_WRONG");
  for (let at = 0; at < byAcme.length; at += 7) {
    const damaged = byAcme.slice();
    damaged[at] ^= 0x11;
    for (const wrong of [damaged, byAcme.slice(0, at)]) {
      assert((await codeOf(signed("a", wrong))).startsWith("CIPHER_"));
    }
  }
});

Deno.test("what OpenPGP has signed or packed and not encrypted is not taken for encrypted", async () => {
  const us = await pgpKeys("us");
  const { readPrivateKey } = await import("openpgp");
  const open = await opener({ cipher: { openpgp: { key: secretOf(us.privateKey) } } });
  const message = await createMessage({ binary: bytes("content") });
  const signed = await sign({
    message,
    signingKeys: await readPrivateKey({ armoredKey: us.privateKey }),
    format: "binary",
  });
  assertEquals(await codeOf(open("a", (signed as Uint8Array).slice())), "CIPHER_MISSING");
  assertEquals(await codeOf(open("a", bytes("MSH|^~\\&|"))), "CIPHER_MISSING");
});

Deno.test("a message of OpenPGP that unpacks to more than it may is refused", async () => {
  const us = await pgpKeys("us");
  const { readKey } = await import("openpgp");
  const packed = await encrypt({
    message: await createMessage({ binary: new Uint8Array(5_000_000) }),
    encryptionKeys: await readKey({ armoredKey: us.publicKey }),
    format: "binary",
    config: { preferredCompressionAlgorithm: enums.compression.zlib },
  });
  const open = await opener({ cipher: { openpgp: { key: secretOf(us.privateKey) } } });
  assert((packed as Uint8Array).length < 100_000, "it was not packed");
  assertEquals(await codeOf(open("a", (packed as Uint8Array).slice())), "CIPHER_CONTENT_DAMAGED");
});

Deno.test("a message of OpenPGP that is packed and not encrypted is unpacked no further than it may be", async () => {
  const us = await pgpKeys("us");
  const open = await opener({ cipher: { openpgp: { key: secretOf(us.privateKey) } } });
  // A packet of compressed data (RFC 4880, 5.6) whose content would be padding (RFC 9580, 5.14) of 20 MB.
  const padding = new Uint8Array(20_000_006);
  padding.set([0xc0 | 21, 0xff, 0x01, 0x31, 0x2d, 0x00]);
  const packed = deflateRawSync(padding);
  const bomb = new Uint8Array(packed.length + 7);
  bomb.set([0xc0 | 8, 0xff]);
  new DataView(bomb.buffer).setUint32(2, packed.length + 1);
  bomb[6] = 1;
  bomb.set(packed, 7);
  const error = await assertRejects(() => open("a", bomb), MitralError);
  assertEquals(error.code, "CIPHER_MISSING");
  assertMatch(String((error.cause as Error).message), /size exceeded/);
});

Deno.test("a key that has expired is told of when it is used", async () => {
  await using folder = await Folder.make();
  const { publicKey } = await pgpKeys("old", { date: new Date(1_000_000_000_000), keyExpirationTime: 60 });
  await folder.write("old.asc", publicKey);
  const seal = await sealer({ cipher: { openpgp: { recipients: [folder.at("old.asc")] } } });
  const error = await assertRejects(() => seal.seal(bytes("x")), MitralError);
  assertEquals([error.code, error.retry], ["CIPHER_KEY_EXPIRED", "later"]);
});

Deno.test("an archive's files are taken in its place, where that is asked for", async () => {
  const zip = zipSync({ "a.hl7": bytes("a"), "b.hl7": bytes("b") });
  const gzip = gzipSync(bytes("c"));
  const both = await opener({ unpack: ["zip", "gzip"] });
  assertEquals(await shown(both, "lab.zip", zip), [["a.hl7", "a"], ["b.hl7", "b"]]);
  assertEquals(await shown(both, "c.hl7.gz", gzip), [["c.hl7", "c"]]);
  assertEquals(await shown(both, "d.hl7", bytes("d")), [["d.hl7", "d"]]);
  const none = await opener({});
  assertEquals((await none("lab.zip", zip.slice()))[0].bytes, zip);
});

Deno.test("an archive that is damaged or unpacks to more than it may is refused by code", async () => {
  const open = await opener({ unpack: ["zip", "gzip"], unpackedBytesMax: 1_000 });
  const large = new Uint8Array(1_001);
  for (const archive of [gzipSync(large), zipSync({ a: large })]) {
    assertEquals(await codeOf(open("a", archive.slice())), "ARCHIVE_SIZE_EXCESSIVE");
  }
  const fits = new Uint8Array(1_000);
  for (const archive of [gzipSync(fits), zipSync({ a: fits })]) {
    assertEquals((await open("a", archive.slice()))[0].bytes.length, 1_000);
    assertEquals(await codeOf(open("a", archive.slice(0, -5))), "ARCHIVE_CONTENT_DAMAGED");
  }
});

Deno.test("a file is deciphered before it is unpacked, as it was packed before it was encrypted", async () => {
  await using folder = await Folder.make();
  const { identity, recipient } = await ageKeys();
  await folder.write("acme.pub", recipient);
  const seal = await sealer({ gzip: true, cipher: { age: [folder.at("acme.pub")] } });
  assertEquals(seal.ending, ".gz.age");
  const open = await opener({ unpack: ["gzip"], cipher: { age: secretOf(identity) } });
  assertEquals(await shown(open, "a.hl7.gz.age", await seal.seal(bytes("content"))), [["a.hl7", "content"]]);
});
